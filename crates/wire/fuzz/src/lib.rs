//! The checks behind the fuzz targets: framings read bytes, dialects read texts.

mod dialects;
mod framings;

pub use dialects::*;
pub use framings::*;
