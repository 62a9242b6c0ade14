"""The one drawing stack: palette, figure, charts, and the picture of the tour."""
