//! The gym dialect, played from outside.

#![cfg(test)]

mod answers;
mod door;
mod lanes;
mod player;
mod random;
mod rates;
mod resume;
mod vectors;
