"""Reading Arabic text: names, numbers, dates, cue words, and what they suggest."""
