//! Durable rows, encrypted objects and the append-only log behind one boundary shaped in bytes.
