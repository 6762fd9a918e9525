//! Faults between the receiver and its stores: a proxy on loopback that misbehaves by plan.
