"""Label Studio's Django settings with the script for roles by keys. For the server alone: naba never imports this.

The embedded server starts with it. A team's own server does where naba is installed beside it and
DJANGO_SETTINGS_MODULE names this module.
"""

import os

_ITS_OWN = "label_studio.core.settings.label_studio"
os.environ["DJANGO_SETTINGS_MODULE"] = _ITS_OWN  # Label Studio reads its settings while it makes them
from label_studio.core.settings.label_studio import *  # noqa: E402, F403

os.environ["DJANGO_SETTINGS_MODULE"] = __name__
MIDDLEWARE: list[str] = ["annotation.labelstudio.server.page_script.PageScript", *globals()["MIDDLEWARE"]]
