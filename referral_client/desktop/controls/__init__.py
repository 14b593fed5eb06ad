"""Controls that wrap: text, buttons, choices and fields that paint themselves and fit any width at any zoom.

Promises: a control's height follows from its width, so nothing is cut off at 400 % or at 360 pixels; each keeps the
accessible role of what it is; the focus ring is amber inside an ink edge. Public face: the modules of this folder.
"""
