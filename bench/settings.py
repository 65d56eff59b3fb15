"""The product's own settings, and one page more: the empty one."""

from helpdesk.settings import *  # noqa: F403  # settings are the one place where a star import is the point

ROOT_URLCONF = "bench.urls"
