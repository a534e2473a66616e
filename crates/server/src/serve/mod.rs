#[cfg(test)]
mod tests;

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use chassis::access_log::{AccessLog, SigningKey};
use chassis::{Node, ServiceStatus};
use eventlog::EventLog;
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::Settings;
use crate::pages::Pages;
use crate::persons::Persons;
use crate::{access_key, demonstration, erasures, grpc, keys, pages, persons, storage};

/// The least that the log gets for its last writes.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// What comes from outside the server.
pub struct Outside {
    /// Where gRPC callers come in.
    pub grpc: TcpListener,
    /// Where browsers and Prometheus come in.
    pub http: TcpListener,
    /// The figures behind `/metrics`.
    pub figures: Registry,
    /// Cancelled when the server is to stop.
    pub shutdown: CancellationToken,
    /// Where the server says, in plain lines, what is where.
    pub announcements: Box<dyn Write + Send>,
}

/// Runs the server until `outside.shutdown`, and comes back when everything has stopped or the deadline is over.
///
/// # Errors
/// One sentence: the log cannot be opened, or a service cannot start.
pub async fn serve(settings: &Settings, mut outside: Outside) -> anyhow::Result<()> {
    let (log, persons, signer) = open(settings).await?;
    let ledger = persons.as_ref().and_then(|persons| persons.own_log.clone());
    let mut node = Node {
        snapshots: Some(storage::snapshots(settings)?),
        ..Node::new(&Uuid::now_v7().to_string(), log, &settings.region)
    };
    node.access_log = AccessLog::start(&node, signer)?;
    if let Some(persons) = persons {
        node.keyring = Some(persons.start(&node.tasks, &node.shutdown));
    }
    let routes = grpc::mount(&node, settings)
        .with_context(|| format!("the services of region {} cannot start", settings.region))?;
    erasures::spawn(&node, settings);
    let gate = grpc::gate(&node, &settings.services)?;
    let addresses = Addresses {
        grpc: outside.grpc.local_addr()?,
        http: outside.http.local_addr()?,
    };
    let shown = Pages {
        grpc: addresses.grpc,
        region: settings.region.clone(),
        figures: outside.figures,
        health: node.health.clone(),
    };

    let stopping = CancellationToken::new();
    let grpc = {
        let (settings, stopping) = (settings.clone(), stopping.clone());
        let gate = (gate, node.access_log.clone());
        node.tasks.spawn(async move {
            grpc::serve(&settings, outside.grpc, (gate, routes), stopping).await
        })
    };
    // The pages stay up while calls are finished: a load balancer sees that the node is going.
    let http = node
        .tasks
        .spawn(pages::serve(outside.http, shown, node.shutdown.clone()));
    if settings.demo {
        let shutdown = stopping.clone();
        node.tasks
            .spawn(demonstration::run(addresses.grpc, node.clone(), shutdown));
    }
    announce(&mut *outside.announcements, settings, &addresses)
        .context("cannot write to standard output")?;

    let mut running = Running {
        node,
        ledger,
        stopping,
        grpc,
        http,
    };
    let ended = tokio::select! {
        () = outside.shutdown.cancelled() => Ok(()),
        ended = &mut running.grpc => ended?,
        ended = &mut running.http => ended?,
    };
    running.stop(settings.stop_deadline).await;
    ended
}

async fn open(settings: &Settings) -> anyhow::Result<(EventLog, Option<Persons>, SigningKey)> {
    let opened = {
        let settings = settings.clone();
        tokio::task::spawn_blocking(move || {
            let log = storage::open(&settings)?;
            let persons = persons::open_if_served(&settings, &log)?;
            anyhow::Ok((log, persons))
        })
    };
    let (log, persons) = opened.await??;
    let signer = access_key::open(settings, &log).await?;
    Ok((log, persons, signer))
}

struct Addresses {
    grpc: SocketAddr,
    http: SocketAddr,
}

fn announce(out: &mut dyn Write, settings: &Settings, at: &Addresses) -> std::io::Result<()> {
    writeln!(out, "doorstroomd: gRPC on http://{}", at.grpc)?;
    writeln!(out, "doorstroomd: HTTP on http://{}", at.http)?;
    match &settings.kafka {
        Some(kafka) => writeln!(
            out,
            "doorstroomd: region {} on Kafka at {kafka}",
            settings.region
        )?,
        None => writeln!(
            out,
            "doorstroomd: region {} on the embedded log in {}",
            settings.region,
            settings.data.display()
        )?,
    }
    let door = if settings.insecure_dev {
        "insecure-dev lets in whoever reaches the port"
    } else {
        "loopback only"
    };
    writeln!(
        out,
        "doorstroomd: callers are not identified yet: {door}; who one is (doorstroom --as) is believed from this machine \
         alone, and without it nothing about persons is done"
    )?;
    persons::announce(out, settings)?;
    keys::announce(out, settings)?;
    if settings.demo {
        demonstration::announce(out, at.grpc)?;
    }
    out.flush()
}

/// A server at work.
struct Running {
    node: Node,
    /// Of erasures, where it is a log of its own.
    ledger: Option<EventLog>,
    stopping: CancellationToken,
    grpc: JoinHandle<anyhow::Result<()>>,
    http: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    /// Refuses what is new, finishes what runs, stops the followers, closes the log: all under one deadline.
    async fn stop(self, deadline: Duration) {
        let deadline = Instant::now() + deadline;
        let Self {
            node,
            ledger,
            stopping,
            grpc,
            http,
        } = self;
        let services: Vec<String> = node.health.watch().borrow().keys().cloned().collect();
        for service in services {
            let status = ServiceStatus::NotServing("the node is stopping".to_owned());
            node.health.set(&service, status);
        }
        stopping.cancel();
        let abort = grpc.abort_handle();
        if !grpc.is_finished() && timeout_at(deadline, grpc).await.is_err() {
            tracing::warn!("calls still ran at the deadline: they were cut off");
            abort.abort();
        }
        node.shutdown.cancel();
        node.tasks.close();
        let abort = http.abort_handle();
        if timeout_at(deadline, node.tasks.wait()).await.is_err() {
            tracing::warn!("tasks still ran at the deadline: they were cut off");
            abort.abort();
        }
        // What was taken is written out, and whoever waits for it is answered: a moment for that there always is.
        let deadline = deadline.max(Instant::now() + LAST_WRITES);
        let log = node.log.clone();
        let closed = tokio::task::spawn_blocking(move || {
            log.close();
            ledger.inspect(EventLog::close);
        });
        if timeout_at(deadline, closed).await.is_err() {
            tracing::warn!(
                "the log did not close by the deadline: what was sent last has an unknown outcome"
            );
        }
        tracing::info!("stopped");
    }
}
