"""The shop as people hold it: Chromium at 360 × 640, a finger, both languages, with and without JavaScript."""
