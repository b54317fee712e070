//! The connection, and the two ways in which text reaches the server through it. The driver is `tokio-postgres`, of
//! which `postgres` is a wrapper that waits for each answer before it sends what comes next. Here any number of messages
//! goes out at once, so that a statement in a message of its own costs no round trip of its own.

use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::tls::{MakeTlsConnect, TlsConnect};
use postgres::types::{FromSql, Type};
use postgres::{Error, SimpleQueryMessage, Socket};
use tokio::runtime::Runtime;
use tokio_postgres::AsyncMessage;

use crate::sql::{Execution, Foreign, Own};

/// One message to the server. What may be in it decides how it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// SQL of our own (simple query protocol).
    Own(Own),
    /// One statement with text of others in it (extended query protocol): the server refuses a text that holds a second
    /// statement (42601). About a type of its rows that is not the server's own the driver asks the server.
    Foreign(Foreign),
    /// As `Foreign`, whatever rows it gives: nobody asks what they are, and they are not kept.
    Forgotten(Foreign),
    /// What an application executes (simple query protocol). Of the rows that a statement gives the first is kept.
    Execution(Execution),
}

/// What the server answered to one message.
#[derive(Debug, Default)]
pub struct Reply {
    /// The rows of each statement that gives rows, where they are kept.
    pub tables: Vec<Table>,
    /// How many rows the statements touched or gave together.
    pub count: u64,
}

/// The rows of one statement.
#[derive(Debug, Default)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Values>,
}

/// The values of one row, as text.
#[derive(Debug)]
pub enum Values {
    /// As the server has sent them.
    Sent(postgres::SimpleQueryRow),
    /// As they were made out of binary values.
    Made(Vec<Option<String>>),
}

impl Values {
    /// The value of the column with that number, counted from 0; nothing for NULL, or where there is no such column.
    pub fn at(&self, number: usize) -> Option<&str> {
        match self {
            Values::Sent(row) => row.try_get(number).ok().flatten(),
            Values::Made(values) => values.get(number)?.as_deref(),
        }
    }
}

/// A connection to a server.
pub struct Client {
    way: Way,
    /// Whether its settings were set by SQL, which RESET undoes, and not as it was opened.
    set_by_sql: bool,
}

enum Way {
    /// Opened here: any number of messages goes out at once.
    Own(Box<Pipeline>),
    /// Opened by somebody else, with the driver that waits for each answer.
    Lent(Box<postgres::Client>),
}

struct Pipeline {
    // Dropped before the link, which then says goodbye.
    driver: tokio_postgres::Client,
    link: Link,
    cancel: Canceller,
}

impl From<postgres::Client> for Client {
    /// A connection of the caller's. It needs a round trip for each statement that has text of others in it.
    fn from(client: postgres::Client) -> Client {
        Client { way: Way::Lent(Box::new(client)), set_by_sql: false }
    }
}

type Moves = dyn Future<Output = Result<(), Error>> + Send;

/// What moves the bytes.
struct Link {
    runtime: Runtime,
    /// Gone once it has ended, so that what waits for an answer is told.
    connection: Option<Pin<Box<Moves>>>,
}

/// Cancels what runs on a connection, in the same way as that was opened: encrypted where it is.
#[derive(Clone)]
pub struct Canceller(Arc<dyn Fn() -> bool + Send + Sync>);

impl Canceller {
    /// Asks the server to cancel; whether the request was sent.
    pub fn cancel(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// Says that its settings were set by SQL.
    pub(super) fn set_by_sql(self) -> Client {
        Client { set_by_sql: true, ..self }
    }

    /// Whether its settings were set by SQL, which RESET undoes, and not as it was opened.
    pub fn is_set_by_sql(&self) -> bool {
        self.set_by_sql
    }

    /// Opens a connection on a runtime of its own; `notice` is given what the server says beside its answers.
    ///
    /// # Errors
    /// Those of the driver.
    pub(super) fn open<T>(
        runtime: Runtime,
        config: &tokio_postgres::Config,
        tls: T,
        notice: fn(&postgres::error::DbError),
    ) -> Result<Client, Error>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::TlsConnect: Send,
        T::Stream: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let (driver, mut connection) = runtime.block_on(config.connect(tls.clone()))?;
        let connection = poll_fn(move |context| {
            loop {
                match connection.poll_message(context) {
                    Poll::Ready(Some(Ok(AsyncMessage::Notice(said)))) => notice(&said),
                    Poll::Ready(Some(Ok(_))) => {}
                    Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(error)),
                    Poll::Ready(None) => return Poll::Ready(Ok(())),
                    Poll::Pending => return Poll::Pending,
                }
            }
        });
        let token = driver.cancel_token();
        let cancel = Canceller(Arc::new(move || {
            let Ok(runtime) = runtime_of_one_thread() else { return false };
            runtime.block_on(token.cancel_query(tls.clone())).is_ok()
        }));
        let link = Link { runtime, connection: Some(Box::pin(connection)) };
        let way = Way::Own(Box::new(Pipeline { driver, link, cancel }));
        Ok(Client { way, set_by_sql: false })
    }

    /// Sends all `messages` at once, in their order, and gives what the server answers to each. One that fails keeps
    /// none of the others from being sent; in a transaction, the server then refuses those up to its end.
    pub fn exchange(&mut self, messages: &[Message]) -> Vec<Result<Reply, Error>> {
        match &mut self.way {
            Way::Own(pipeline) => pipeline.exchange_within(messages, None).unwrap_or_default(),
            Way::Lent(client) => messages.iter().map(|message| lent_reply(client, message)).collect(),
        }
    }

    /// Sends one message and gives what the server answers.
    ///
    /// # Errors
    /// Those of the server, or of the way to it.
    pub fn send(&mut self, message: Message) -> Result<Reply, Error> {
        self.exchange(&[message]).pop().unwrap_or_else(|| Ok(Reply::default()))
    }

    /// As [`Client::send`], but waits no longer than `limit`: nothing then, and the connection is of no use any more.
    pub(super) fn send_within(&mut self, message: Message, limit: Duration) -> Option<Result<Reply, Error>> {
        match &mut self.way {
            Way::Own(pipeline) => pipeline.exchange_within(&[message], Some(limit))?.pop(),
            // Its driver tells the time of nothing else.
            Way::Lent(client) => {
                let is_silent = client.is_valid(limit).is_err() && !client.is_closed();
                (!is_silent).then(|| lent_reply(client, &message))
            }
        }
    }

    /// Whether the server answers within `limit`.
    pub fn answers_within(&mut self, limit: Duration) -> bool {
        match &mut self.way {
            Way::Own(pipeline) => {
                let Pipeline { driver, link, .. } = &mut **pipeline;
                let work = async { tokio::time::timeout(limit, driver.simple_query("")).await };
                matches!(link.wait(work).0, Ok(Ok(_)))
            }
            Way::Lent(client) => client.is_valid(limit).is_ok(),
        }
    }

    /// By which another thread cancels what runs here.
    pub fn canceller(&self) -> Canceller {
        match &self.way {
            Way::Own(pipeline) => pipeline.cancel.clone(),
            Way::Lent(client) => {
                let token = client.cancel_token();
                // How it was opened is not known. The request has no secret in it but its own key.
                Canceller(Arc::new(move || token.cancel_query(postgres::NoTls).is_ok()))
            }
        }
    }

    /// Whether somebody else has opened it, and may have set what it does not start with.
    pub fn is_lent(&self) -> bool {
        matches!(self.way, Way::Lent(_))
    }

    /// Whether the connection is lost.
    pub fn is_closed(&self) -> bool {
        match &self.way {
            Way::Own(pipeline) => pipeline.link.connection.is_none() || pipeline.driver.is_closed(),
            Way::Lent(client) => client.is_closed(),
        }
    }
}

impl Pipeline {
    /// What the server answers to each message, or nothing if that takes longer than `limit`.
    fn exchange_within(
        &mut self,
        messages: &[Message],
        limit: Option<Duration>,
    ) -> Option<Vec<Result<Reply, Error>>> {
        let driver = &self.driver;
        let work = async {
            match limit {
                Some(limit) => tokio::time::timeout(limit, replies(driver, messages)).await.ok(),
                None => Some(replies(driver, messages).await),
            }
        };
        let (results, ending) = self.link.wait(work);
        let mut results = results?;
        // What ended the connection says more than that it is closed.
        let closed = results.iter_mut().find(|result| result.as_ref().is_err_and(Error::is_closed));
        if let (Some(ending), Some(closed)) = (ending, closed) {
            *closed = Err(ending);
        }
        Some(results)
    }
}

impl Link {
    /// Does `work` while bytes come and go; also gives the error with which the connection has ended meanwhile.
    fn wait<T>(&mut self, work: impl Future<Output = T>) -> (T, Option<Error>) {
        let mut work = pin!(work);
        let mut ending = None;
        let Link { runtime, connection } = self;
        let done = runtime.block_on(poll_fn(|context| {
            let end = connection.as_mut().map(|connection| connection.as_mut().poll(context));
            if let Some(Poll::Ready(end)) = end {
                *connection = None;
                ending = end.err();
            }
            work.as_mut().poll(context)
        }));
        (done, ending)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            let _ = self.runtime.block_on(connection.as_mut());
        }
    }
}

/// A runtime that works on the thread that waits for it.
pub(super) fn runtime_of_one_thread() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Sends all messages at once, and waits for what the server answers to each.
async fn replies(driver: &tokio_postgres::Client, messages: &[Message]) -> Vec<Result<Reply, Error>> {
    let mut replies: Vec<_> = messages.iter().map(|message| Box::pin(reply(driver, message))).collect();
    let mut early = Vec::with_capacity(replies.len());
    // A message is sent when its future is first polled, so they go out in this order.
    for reply in &mut replies {
        early.push(poll_fn(|context| Poll::Ready(reply.as_mut().poll(context))).await);
    }
    // All of them are taken as they come: what waits for the answer to a question of the driver's own, which comes after all
    // others, must not keep those from being taken.
    join_all(early.into_iter().zip(replies).map(async |(early, reply)| match early {
        Poll::Ready(result) => result,
        Poll::Pending => reply.await,
    }))
    .await
}

async fn reply(driver: &tokio_postgres::Client, message: &Message) -> Result<Reply, Error> {
    match message {
        Message::Own(own) => batch(driver, own.text(), usize::MAX).await,
        Message::Execution(execution) => batch(driver, execution.text(), 1).await,
        Message::Forgotten(foreign) => {
            let count = driver.execute_typed(foreign.text(), &[]).await?;
            Ok(Reply { tables: Vec::new(), count })
        }
        Message::Foreign(foreign) => {
            let none: [(&str, Type); 0] = [];
            let mut rows = pin!(driver.query_typed_raw(foreign.text(), none).await?);
            let mut reply = Reply::default();
            while let Some(row) = rows.try_next().await? {
                reply.take(&row)?;
            }
            reply.count = rows.rows_affected().unwrap_or_default();
            Ok(reply)
        }
    }
}

/// Statements in one message; of each at most `kept` rows are kept.
async fn batch(driver: &tokio_postgres::Client, text: &str, kept: usize) -> Result<Reply, Error> {
    let mut messages = pin!(driver.simple_query_raw(text).await?);
    let mut reply = Reply::default();
    while let Some(message) = messages.try_next().await? {
        reply.take_message(message, kept);
    }
    Ok(reply)
}

fn of_batch(messages: Vec<SimpleQueryMessage>, kept: usize) -> Reply {
    let mut reply = Reply::default();
    messages.into_iter().for_each(|message| reply.take_message(message, kept));
    reply
}

fn lent_reply(client: &mut postgres::Client, message: &Message) -> Result<Reply, Error> {
    match message {
        Message::Own(own) => client.simple_query(own.text()).map(|found| of_batch(found, usize::MAX)),
        Message::Execution(execution) => {
            client.simple_query(execution.text()).map(|found| of_batch(found, 1))
        }
        Message::Forgotten(foreign) => {
            let count = client.execute_typed(foreign.text(), &[])?;
            Ok(Reply { tables: Vec::new(), count })
        }
        Message::Foreign(foreign) => {
            let none: [(&str, Type); 0] = [];
            let mut rows = client.query_typed_raw(foreign.text(), none)?;
            let mut reply = Reply::default();
            while let Some(row) = rows.next()? {
                reply.take(&row)?;
            }
            reply.count = rows.rows_affected().unwrap_or_default();
            Ok(reply)
        }
    }
}

impl Reply {
    /// Takes a part of the answer to a message of several statements; of each at most `kept` rows are kept.
    fn take_message(&mut self, message: SimpleQueryMessage, kept: usize) {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                let columns = columns.iter().map(|column| column.name().to_string()).collect();
                self.tables.push(Table { columns, rows: Vec::new() });
            }
            SimpleQueryMessage::Row(row) => {
                let table = self.tables.last_mut().filter(|table| table.rows.len() < kept);
                if let Some(table) = table {
                    table.rows.push(Values::Sent(row));
                }
            }
            SimpleQueryMessage::CommandComplete(rows) => self.count += rows,
            _ => {}
        }
    }

    /// Takes a row of the only statement. One that gives no rows is not told apart from one that could give none.
    fn take(&mut self, row: &postgres::Row) -> Result<(), Error> {
        let values = (0..row.len()).map(|at| {
            let shown: Option<Shown> = row.try_get(at)?;
            Ok(shown.map(|shown| shown.0))
        });
        let values = Values::Made(values.collect::<Result<_, Error>>()?);
        match self.tables.first_mut() {
            Some(table) => table.rows.push(values),
            None => {
                let columns = row.columns().iter().map(|column| column.name().to_string()).collect();
                self.tables.push(Table { columns, rows: vec![values] });
            }
        }
        Ok(())
    }
}

/// A binary value as the server would show it, for the types that a question of ours, or a probe, gives.
struct Shown(String);

impl<'r> FromSql<'r> for Shown {
    fn from_sql(of: &Type, raw: &'r [u8]) -> Result<Shown, Box<dyn StdError + Sync + Send>> {
        Ok(Shown(match *of {
            Type::BOOL => if bool::from_sql(of, raw)? { "t" } else { "f" }.to_string(),
            Type::INT2 => i16::from_sql(of, raw)?.to_string(),
            Type::INT4 => i32::from_sql(of, raw)?.to_string(),
            Type::INT8 => i64::from_sql(of, raw)?.to_string(),
            Type::OID => u32::from_sql(of, raw)?.to_string(),
            Type::FLOAT4 => f32::from_sql(of, raw)?.to_string(),
            Type::FLOAT8 => f64::from_sql(of, raw)?.to_string(),
            Type::TEXT
            | Type::VARCHAR
            | Type::NAME
            | Type::BPCHAR
            | Type::UNKNOWN
            | Type::JSON
            | Type::XML => std::str::from_utf8(raw)?.to_string(),
            _ => return Err(format!("a value of type `{of}` cannot be shown; cast it to `text`").into()),
        }))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
