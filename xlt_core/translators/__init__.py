"""How text crosses to the pivot and back: one kind of translator a file."""
