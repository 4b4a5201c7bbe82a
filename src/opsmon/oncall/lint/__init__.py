"""What is wrong with a rota or a plan that loads: found before the night on which nobody comes."""
