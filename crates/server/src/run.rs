use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use clap::ArgMatches;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{self, Effective, File, Settings, Sources};
use crate::serve::{Outside, serve};
use crate::telemetry::Telemetry;
use crate::{args, operator, signal};

/// Traces that cannot be sent at the end do not hold the process up for longer than this.
const LAST_TRACES: Duration = Duration::from_secs(2);

type Variables = Vec<(OsString, OsString)>;

/// Does what the command line asks. A failure is one sentence on standard error, and the exit code 1.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> ExitCode {
    let matches = match args::command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version come this way too, with the code 0.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return error
                .print()
                .map_or(ExitCode::from(2), |()| ExitCode::from(code));
        }
    };
    match dispatch(&matches, environment.into_iter().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        // Somebody closed the other end of the pipe: there is nobody to tell.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "doorstroomd: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(matches: &ArgMatches, environment: Variables) -> anyhow::Result<()> {
    let (group, matches) = matches.subcommand().context("a command is missing")?;
    if group == "serve" {
        return start(&settings(matches, environment)?.settings);
    }
    // A command that has none stands by itself.
    let (verb, matches) = matches.subcommand().unwrap_or(("", matches));
    let effective = settings(matches, environment)?;
    if group == "config" {
        write!(io::stdout(), "{}", config::describe(&effective))?;
        return Ok(());
    }
    let command = operator::Command::from(group, verb, matches)?;
    let settings = &effective.settings;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let _telemetry = Telemetry::start(settings)?;
        operator::run(settings, command, &mut io::stdout()).await
    })
}

fn settings(matches: &ArgMatches, environment: Variables) -> anyhow::Result<Effective> {
    let file = matches.get_one::<String>("config");
    let file = file.map(|path| File::read(Path::new(path))).transpose();
    let sources = Sources {
        flags: args::given(matches),
        file: file.map_err(|reason| anyhow!(reason))?,
        ..Sources::default()
    };
    let sources = sources.with_environment(environment.into_iter());
    config::resolve(&sources).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow!("the settings are not right:\n  {}", lines.join("\n  "))
    })
}

fn start(settings: &Settings) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let telemetry = Telemetry::start(settings)?;
        let shutdown = CancellationToken::new();
        signal::cancel_on_interrupt(&shutdown)?;
        let outside = Outside {
            grpc: bind(settings.grpc, "gRPC", "--grpc").await?,
            http: bind(settings.http, "HTTP", "--http").await?,
            figures: telemetry.registry().clone(),
            shutdown,
            announcements: Box::new(io::stdout()),
        };
        let served = serve(settings, outside).await;
        // The exporter needs the runtime while it sends.
        let sent = tokio::task::spawn_blocking(|| telemetry.stop(LAST_TRACES));
        sent.await.context("telemetry did not stop")?;
        served
    });
    // What still blocks a thread after the deadline does not keep the process.
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

async fn bind(address: SocketAddr, what: &str, flag: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(anyhow!(
            "port {} for {what} is taken by another program; choose another one with {flag}",
            address.port()
        )),
        Err(error) => Err(anyhow!("cannot listen on {address} for {what}: {error}")),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
