"""When the rules say no."""


class Refused(Exception):
    """Something may not be done (now, or by this person). The message is a sentence fit to be shown."""
