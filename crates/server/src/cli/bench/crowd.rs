//! Many clients that follow the sheet and count what they hear.

use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};

use anyhow::bail;
use tokio::{sync::Semaphore, task::JoinHandle};

use super::{
    client::{self, Buffer, Client},
    dialect::{Manner, Meaning},
    frames::Frame,
    world::World,
};
use crate::clock;

/// Clients that connect at the same time.
const ARRIVING_MAX: usize = 128;

/// How long a crowd may take to gather.
const GATHER_WAIT: Duration = Duration::from_secs(120);

/// What a crowd has heard.
#[derive(Default)]
pub(super) struct Heard {
    /// Members that follow.
    pub joined: Cell<usize>,
    /// Events over all members.
    pub events: Cell<u64>,
    /// Their bytes with headers.
    pub bytes: Cell<u64>,
    /// Members that have as many events as they wait for.
    pub complete: Cell<usize>,
    /// Members that were refused or cut off, and why the last one was.
    pub lost: Cell<usize>,
    last_loss: RefCell<String>,
    /// The position of a member's snapshot.
    pub position: RefCell<Option<String>>,
}

impl Heard {
    /// Counts a member's event.
    pub(super) fn count(&self, frame: &Frame<'_>) {
        self.events.set(self.events.get() + 1);
        self.bytes.set(self.bytes.get() + frame.bytes as u64);
    }
}

fn add(cell: &Cell<usize>) {
    cell.set(cell.get() + 1);
}

/// The crowd. It leaves when it is dropped.
pub(super) struct Crowd {
    /// What it has heard.
    pub heard: Rc<Heard>,
    members: Vec<JoinHandle<()>>,
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.members.iter().for_each(JoinHandle::abort);
    }
}

/// What the members of a crowd have in common.
struct Plan {
    to: SocketAddr,
    manner: Manner,
    /// Events after which a member is complete.
    awaited: u64,
    arriving: Semaphore,
    buffer: Buffer,
    heard: Rc<Heard>,
}

impl Crowd {
    /// Lets `count` members come, each its own account as far as there are; each is complete
    /// after `awaited` events.
    pub(super) fn call(
        to: SocketAddr,
        world: &World,
        count: usize,
        manner: Manner,
        awaited: Option<u64>,
    ) -> anyhow::Result<Self> {
        let heard = Rc::new(Heard::default());
        let plan = Rc::new(Plan {
            to,
            manner,
            awaited: awaited.unwrap_or(u64::MAX),
            arriving: Semaphore::new(ARRIVING_MAX),
            buffer: client::buffer(),
            heard: heard.clone(),
        });
        let members = (0..count).map(|number| {
            let (plan, token) = (plan.clone(), world.token(number)?);
            Ok(tokio::task::spawn_local(async move {
                if let Err(error) = member(&plan, number, token).await {
                    add(&plan.heard.lost);
                    *plan.heard.last_loss.borrow_mut() = error.to_string();
                }
            }))
        });
        Ok(Self { members: members.collect::<anyhow::Result<_>>()?, heard })
    }

    /// Waits until everybody follows.
    pub(super) async fn gathered(&self) -> anyhow::Result<()> {
        self.wait("followed the sheet", || self.heard.joined.get()).await
    }

    /// Waits until everybody has the events that it waits for.
    pub(super) async fn complete(&self) -> anyhow::Result<()> {
        self.wait("had all events", || self.heard.complete.get()).await
    }

    async fn wait(&self, what: &str, done: impl Fn() -> usize) -> anyhow::Result<()> {
        let until = clock::instant() + GATHER_WAIT;
        let all = self.members.len();
        while done() < all {
            self.nobody_lost()?;
            if clock::instant() > until {
                bail!("only {} of {all} {what} in time", done());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// An error if somebody was refused or cut off: figures without them would be too good.
    pub(super) fn nobody_lost(&self) -> anyhow::Result<()> {
        match self.heard.lost.get() {
            0 => Ok(()),
            lost => {
                let all = self.members.len();
                bail!("{lost} of {all} were lost, the last by: {}", self.heard.last_loss.borrow())
            }
        }
    }
}

async fn member(plan: &Plan, number: usize, mut token: String) -> anyhow::Result<()> {
    let arriving = plan.arriving.acquire().await?;
    let opening = plan.manner.opening(plan.to, &token);
    let mut client = Client::open(plan.to, number, plan.buffer.clone(), &opening).await?;
    drop(opening);
    let (mut joined, mut events, mut say) = (false, 0, None);
    while !joined {
        let hear = |frame: &Frame<'_>| {
            let meaning = plan.manner.hear(frame, number, &token);
            if let Meaning::Say(text) = meaning {
                say = Some(text);
                return;
            }
            joined |= matches!(meaning, Meaning::Joined);
            hear(frame, &meaning, plan, &mut events);
        };
        client.read(hear).await?;
        if let Some(text) = say.take() {
            client.say(&text).await?;
        }
    }
    token = String::new();
    drop(arriving);
    loop {
        let hear = |frame: &Frame<'_>| {
            hear(frame, &plan.manner.hear(frame, number, &token), plan, &mut events);
        };
        client.read(hear).await?;
    }
}

fn hear(frame: &Frame<'_>, meaning: &Meaning, plan: &Plan, events: &mut u64) {
    let heard = &plan.heard;
    match meaning {
        Meaning::Event => {
            *events += 1;
            heard.count(frame);
            if *events == plan.awaited {
                add(&heard.complete);
            }
        }
        Meaning::Joined => {
            add(&heard.joined);
            if heard.position.borrow().is_none() {
                *heard.position.borrow_mut() = frame.position();
            }
        }
        Meaning::Refused => {
            add(&heard.lost);
            *heard.last_loss.borrow_mut() = String::from_utf8_lossy(frame.start).into_owned();
        }
        Meaning::Say(_) | Meaning::Other => {}
    }
}
