#!/usr/bin/env python3
"""Django's command line for this project.

Beside a site that was started by `make demo` or `make start` it works on that site's database
without being told.
"""

import os
import sys
from importlib import import_module


def main() -> None:
    from kcs.supervisor import VAR, fill_in

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kcs.settings")
    fill_in(os.environ, VAR)
    if "runserver" in sys.argv[1:2]:  # the developer's server shows errors and reloads
        os.environ.setdefault("DEBUG", "1")

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
