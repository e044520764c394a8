"""Where the tests run: in CI everything runs, and nothing may be skipped."""

import os

CI = bool(os.environ.get("CI"))
