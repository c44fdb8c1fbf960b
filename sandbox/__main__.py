"""`python -m sandbox PROVIDER`: one stand-in alone."""

import sys

from sandbox import serve

sys.exit(serve(sys.argv[1:]))
