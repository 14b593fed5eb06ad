"""The windows: what a person sees and presses, in Qt widgets; the only room that imports PySide6.

Promises: the thread of the window touches no disk, network or database; colour never carries meaning alone; every
control has a name and a role; nothing is shown as delivered that the services do not call delivered; no window title
holds a name. Imports PySide6, services, practice, base, and the value types of questionnaire and referral.
"""
