"""Measurements as ratios against named peers in one run; nothing here can fail a test."""
