//! The five real binaries, and what starts them.
