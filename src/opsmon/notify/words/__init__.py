"""The words of a message, in Chinese and English."""
