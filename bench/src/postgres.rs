//! The peer on a disk: PostgreSQL as Debian installs it, in a cluster of its own that is gone afterwards.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use e2e::Running;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

const PROGRAMS: &str = "/usr/lib/postgresql";
const USER: &str = "postgres";
const START_DEADLINE: Duration = Duration::from_secs(60);
const STOP_DEADLINE: Duration = Duration::from_secs(60);
/// Durability stays as it is by default; memory is what its friends would give it on this machine.
const SETTINGS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "shared_buffers=1GB",
    "max_wal_size=4GB",
    "max_connections=100",
];

/// A running cluster on a free loopback port. Dropped, it is stopped and deleted.
pub(crate) struct Postgres {
    running: Option<Running>,
    port: u16,
    version: String,
    // Dropped last: the process must be gone before its folder.
    _folder: TempDir,
}

impl Postgres {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("bench-pg-").tempdir()?;
        // Its user must reach what lies inside.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let data = folder.path().join("data");
        std::fs::create_dir(&data)?;
        if is_root()? {
            done(Command::new("chown").arg(USER).arg(&data))?;
        }
        done(
            as_user(&programs.join("initdb"))?
                .args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
                .args(["--username", USER, "--no-sync", "--pgdata"])
                .arg(&data),
        )?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = as_user(&programs.join("postgres"))?;
        server
            .args(["-p", &port.to_string(), "-D"])
            .arg(&data)
            .args(SETTINGS.iter().flat_map(|setting| ["-c", *setting]));
        let running = Running::start(&mut server)?;
        let mut postgres = Self {
            running: Some(running),
            port,
            version: String::new(),
            _folder: folder,
        };
        let row = postgres.up().await?;
        postgres.version = row;
        Ok(postgres)
    }

    /// Returns what it is, as `PostgreSQL 15.14`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Connects; the connection's work is done by a task of its own.
    pub(crate) async fn connect(&self) -> anyhow::Result<Client> {
        let address = format!(
            "host=127.0.0.1 port={} user={USER} dbname=postgres",
            self.port
        );
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    async fn up(&self) -> anyhow::Result<String> {
        let until = Instant::now() + START_DEADLINE;
        loop {
            match self.connect().await {
                Ok(client) => {
                    let row = client.query_one("SHOW server_version", &[]).await?;
                    let version: &str = row.get(0);
                    let number = version.split_whitespace().next().unwrap_or_default();
                    return Ok(format!("PostgreSQL {number}"));
                }
                Err(error) if Instant::now() > until => {
                    return Err(error.context("PostgreSQL does not come up"));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // Its fast shutdown; whoever does not follow is killed when dropped.
            let stopped = running
                .signal("INT")
                .and_then(|()| running.end(STOP_DEADLINE));
            drop(stopped);
        }
    }
}

/// Returns the folder of the newest version that is installed.
fn programs() -> anyhow::Result<PathBuf> {
    let missing = || format!("no PostgreSQL under {PROGRAMS}: run deploy/setup bench");
    let mut versions: Vec<u32> = std::fs::read_dir(PROGRAMS)
        .with_context(missing)?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    let newest = versions.last().with_context(missing)?;
    Ok(Path::new(PROGRAMS).join(newest.to_string()).join("bin"))
}

/// PostgreSQL refuses to be run by root.
fn as_user(program: &Path) -> anyhow::Result<Command> {
    if !is_root()? {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--init-groups"]);
    command.arg(program).current_dir("/");
    Ok(command)
}

fn is_root() -> anyhow::Result<bool> {
    let answer = Command::new("id").arg("-u").output()?;
    Ok(answer.stdout.trim_ascii() == b"0")
}

fn done(command: &mut Command) -> anyhow::Result<()> {
    let output = command
        .output()
        .with_context(|| format!("starting {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}
