"""The pages, one screen each: they show values of the services and call back when a person does something.

Promises: a page opens nothing, saves nothing and sends nothing by itself; it is made anew when the look changes; its
title holds no name. Public face: the modules of this folder.
"""
