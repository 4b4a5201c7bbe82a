"""The only loop: take one input, decide, append to the journal, swap the world, hand out the effects."""
