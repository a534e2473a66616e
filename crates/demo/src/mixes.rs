//! What the teams of a kind of provider do, and how many of a hundred do that.
//!
//! Circuits, levels and the share that makes no distinction by diagnosis are those of the regulator's data of 2018.

use crate::programmes::{
    ADDICTION, BASIC, CENTRAL_MUNICIPAL, COMBINED, EVERYWHERE, FORENSIC, HOSPITAL, MUNICIPAL,
    ONLINE, Programme, SPECIALISED, YOUTH,
};

/// Programmes by weight.
pub(crate) type Mix = [(u32, &'static Programme)];

pub(crate) static GENERAL_TEAMS: [(u32, &Programme); 21] = [
    (40, &EVERYWHERE[0]),
    (14, &COMBINED),
    (4, &EVERYWHERE[1]),
    (4, &EVERYWHERE[2]),
    (5, &EVERYWHERE[3]),
    (8, &EVERYWHERE[4]),
    (3, &SPECIALISED[0]),
    (4, &SPECIALISED[1]),
    (2, &SPECIALISED[2]),
    (2, &SPECIALISED[3]),
    (1, &SPECIALISED[4]),
    (1, &SPECIALISED[5]),
    (1, &SPECIALISED[6]),
    (1, &SPECIALISED[7]),
    (1, &SPECIALISED[8]),
    (2, &SPECIALISED[9]),
    (1, &SPECIALISED[10]),
    (2, &SPECIALISED[11]),
    (1, &SPECIALISED[12]),
    (9, &YOUTH[2]),
    (5, &YOUTH[0]),
];

pub(crate) static YOUTH_TEAMS: [(u32, &Programme); 3] =
    [(65, &YOUTH[0]), (25, &YOUTH[1]), (10, &YOUTH[2])];

pub(crate) static ADDICTION_TEAMS: [(u32, &Programme); 3] = [
    (65, &ADDICTION[0]),
    (15, &ADDICTION[1]),
    (20, &ADDICTION[2]),
];

pub(crate) static BASIC_TEAMS: [(u32, &Programme); 2] = [(80, &BASIC[0]), (20, &EVERYWHERE[0])];

pub(crate) static FORENSIC_TEAMS: [(u32, &Programme); 2] = [(60, &FORENSIC[0]), (40, &FORENSIC[1])];

pub(crate) static HOSPITAL_TEAMS: [(u32, &Programme); 2] = [(70, &HOSPITAL[0]), (30, &HOSPITAL[1])];

pub(crate) static ONLINE_TEAMS: [(u32, &Programme); 5] = [
    (1, &ONLINE[0]),
    (1, &ONLINE[1]),
    (1, &ONLINE[2]),
    (1, &ONLINE[3]),
    (1, &ONLINE[4]),
];

pub(crate) static MUNICIPAL_TEAMS: [(u32, &Programme); 4] = [
    (20, &MUNICIPAL[0]),
    (40, &MUNICIPAL[1]),
    (30, &MUNICIPAL[2]),
    (10, &MUNICIPAL[3]),
];

/// In towns that do it for those around them.
pub(crate) static TOWN_TEAMS: [(u32, &Programme); 6] = [
    (20, &MUNICIPAL[0]),
    (35, &MUNICIPAL[1]),
    (25, &MUNICIPAL[2]),
    (10, &MUNICIPAL[3]),
    (6, &CENTRAL_MUNICIPAL[0]),
    (4, &CENTRAL_MUNICIPAL[1]),
];
