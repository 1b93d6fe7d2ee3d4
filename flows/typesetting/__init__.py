"""How print breaks a text into lines, which reading a PDF and cleaning undo alike: hyphens, and the widths of lines."""
