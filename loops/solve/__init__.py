"""The workspace: search, use, flag, improve, create, and close with an honest outcome."""
