//! A server with the generated nation in it.

use std::time::{Duration, Instant};

use anyhow::Context;
use demo::{Period, SEED, Scale, Tally, World};
use e2e::{Server, ServerOptions};

use crate::workload::{millis_now, setting};

pub(crate) struct Nation {
    pub(crate) server: Server,
    pub(crate) world: World,
    pub(crate) period: Period,
    pub(crate) loaded_in: Duration,
}

impl Nation {
    /// Starts a server on the embedded log and loads it; `SCALE=region` in the environment loads less.
    pub(crate) async fn load() -> anyhow::Result<Self> {
        let scale = match setting("SCALE", "nation".to_owned())?.as_str() {
            "region" => Scale::Region,
            _ => Scale::Nation,
        };
        let world = World::new(scale, SEED);
        let server = Server::start(ServerOptions::default());
        let period = Period {
            until_millis: millis_now(),
            days: 0,
        };
        let began = Instant::now();
        demo::load(
            &demo::client(server.channel()),
            &world,
            period,
            &Tally::default(),
        )
        .await
        .context("loading the nation")?;
        Ok(Self {
            server,
            world,
            period,
            loaded_in: began.elapsed(),
        })
    }
}
