"""The local host's engine: many prompts on one model in few forward passes."""
