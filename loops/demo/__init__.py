"""The invented company Tilia: its people, its knowledge and a year of its support."""
