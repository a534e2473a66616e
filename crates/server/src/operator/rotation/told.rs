use std::fmt;
use std::str::FromStr;

use domain::access::Region;
use domain::waitlist::counts::Rotation;

/// How far a region's open entries are, stale ones and those in treatment too, written `REGION=CARRYING/OPEN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(super) region: Region,
    /// Open entries of persons with a pseudonym.
    pub(super) keyed: u64,
    /// Those of them that carry a newer one.
    pub(super) carrying: u64,
}

/// A text that does not say how far a region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give REGION=CARRYING/OPEN, such as groningen=1995/2000")]
pub(crate) struct ToldError;

impl FromStr for Told {
    type Err = ToldError;

    fn from_str(text: &str) -> Result<Self, ToldError> {
        let (region, figures) = text.split_once('=').ok_or(ToldError)?;
        let (carrying, keyed) = figures.split_once('/').ok_or(ToldError)?;
        let number = |text: &str| text.parse().map_err(|_| ToldError);
        let (carrying, keyed) = (number(carrying)?, number(keyed)?);
        let region = Region::parse(region).filter(|_| carrying <= keyed);
        Ok(Self {
            region: region.ok_or(ToldError)?,
            keyed,
            carrying,
        })
    }
}

impl fmt::Display for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (carrying, keyed, region) = (self.carrying, self.keyed, &self.region);
        write!(
            out,
            "{carrying} of {keyed} open entries of {region} carry a newer key"
        )?;
        // Cut off, not rounded: what falls short of the limit must not read as the limit.
        if let Some(permille) = carrying.saturating_mul(1_000).checked_div(keyed) {
            write!(out, " ({}.{} %)", permille / 10, permille % 10)?;
        }
        match keyed.saturating_sub(carrying) {
            0 => Ok(()),
            losing => write!(out, ", {losing} do not"),
        }
    }
}

impl Told {
    pub(super) fn is_far_enough(&self) -> bool {
        Rotation::is_far_enough(self.carrying, self.keyed)
    }

    /// Of no entry: what somebody types who looked where nothing was to be seen.
    pub(super) fn is_of_nobody(&self) -> bool {
        self.keyed == 0
    }
}
