"""x."""
HELP="x"
def arguments(parser): pass
def run(words): return 0
