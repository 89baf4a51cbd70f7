//! What a plan is made from: the agent's files, uv, and the Pythons of this machine.
