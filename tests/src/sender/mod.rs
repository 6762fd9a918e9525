//! A sender that behaves like WFX, and worse.
