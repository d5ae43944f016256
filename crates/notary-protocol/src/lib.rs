//! What the two organisations say to each other: messages and a typed client.
