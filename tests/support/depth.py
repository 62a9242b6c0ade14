"""How deep the tests go: all the way where CI=true, as continuous integration says, and quickly for everybody else."""

from __future__ import annotations

import os

CI = os.environ.get("CI") == "true"
BROWSER = CI or os.environ.get("TWITTERLAB_BROWSER") == "1"  # to look and click in one takes minutes
