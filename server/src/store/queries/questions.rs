//! The questions of two who were matched: what a batch has to know of them, what it changed, and
//! what is shown of them.

use super::{BEGIN_READ, Db, DbRow, Queries, Tx, facts::push_ids, number, seq_from};
use crate::{
    questions::{
        asked::{Asked, Round, Skip},
        choose::Past,
    },
    store::{
        Append, Change, PairQuestions, StoreResult,
        decide::{Facts, PairState, Pairs, Placed},
    },
};
use app::protocol::{
    ids::{AskedId, Millis, RoomId, UserId},
    questions::{Answer, AskedState, Bilingual, Brought, PairSettings, QuestionId},
    room::RoomKind,
};
use sqlx::{QueryBuilder, Row};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Of a question all but its answers. Who asked by hand is the author of its entry.
const ASKED: &str =
    "select asked.id, asked.room_id, question, ko, en, how, word, asked.seq, asked.at,
         state, author_id
     from asked left join entry on entry.room_id = asked.room_id and entry.seq = asked.seq";

type Batch<'a> = &'a [Append];

/// The questions of the batch's rooms of two. Of other rooms nothing is asked of the database.
pub(super) async fn read_pairs(
    tx: &mut Tx<'_>,
    batch: Batch<'_>,
    facts: &mut Facts,
) -> StoreResult<()> {
    let is_matched = |it: &&RoomId| {
        let room = facts.rooms.get(it);
        room.is_some_and(|it| matches!(it.settings.kind, RoomKind::Match | RoomKind::Pair))
    };
    let rooms: BTreeSet<RoomId> = batch.iter().map(|it| it.room).collect();
    let rooms: Vec<RoomId> = rooms.iter().filter(is_matched).copied().collect();
    if rooms.is_empty() {
        return Ok(());
    }
    let mut pairs = settings_of(tx, &rooms).await?;
    read_asked(tx, batch, &mut pairs).await?;
    read_past(tx, batch, facts, &mut pairs).await?;
    read_skips(tx, batch, &mut pairs).await?;
    for pair in pairs.values_mut() {
        let open = pair.asked.values().filter(|it| it.asked.state() == AskedState::Open);
        pair.past.open = u32::try_from(open.count()).unwrap_or(u32::MAX);
    }
    facts.pairs = pairs.into();
    Ok(())
}

/// What those of the rooms have chosen in which there are two.
async fn settings_of(tx: &mut Tx<'_>, rooms: &[RoomId]) -> StoreResult<Pairs> {
    let mut sql = QueryBuilder::<Db>::new(
        "select meeting.room_id, questions, clock_at, account_id
         from meeting join meeter on meeter.room_id = meeting.room_id
         where meeting.room_id in (",
    );
    push_ids(&mut sql, rooms.iter().map(|it| it.0));
    sql.push(" order by meeting.room_id, account_id");
    let mut found: BTreeMap<RoomId, (PairSettings, Option<Millis>, Vec<UserId>)> = BTreeMap::new();
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        let user = UserId(row.try_get("account_id")?);
        let room = RoomId(row.try_get("room_id")?);
        if let Some((_, _, users)) = found.get_mut(&room) {
            users.push(user);
            continue;
        }
        let settings = serde_json::from_str(row.try_get("questions")?).unwrap_or_default();
        let clock_at = row.try_get::<Option<i64>, _>("clock_at")?.map(Millis);
        found.insert(room, (settings, clock_at, vec![user]));
    }
    let pairs = found.into_iter().filter_map(|(room, (settings, clock_at, users))| {
        let pair = users.try_into().ok()?;
        let (past, asked, skips) = (Past::default(), BTreeMap::new(), Vec::new());
        let clock_asked_at = None;
        Some((room, PairState { settings, clock_at, clock_asked_at, pair, past, asked, skips }))
    });
    Ok(pairs.collect())
}

/// The open questions, and those that the batch is about.
async fn read_asked(tx: &mut Tx<'_>, batch: Batch<'_>, pairs: &mut Pairs) -> StoreResult<()> {
    if pairs.is_empty() {
        return Ok(());
    }
    let wanted: BTreeSet<Uuid> = batch.iter().filter_map(about).map(|it| it.0).collect();
    let mut sql = QueryBuilder::<Db>::new(ASKED);
    sql.push(" where asked.room_id in (");
    push_ids(&mut sql, pairs.keys().map(|it| it.0));
    sql.push(" and (state = 'open'");
    if !wanted.is_empty() {
        sql.push(" or asked.id in (");
        push_ids(&mut sql, wanted.into_iter());
    }
    sql.push(")");
    let mut found = BTreeMap::new();
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        let room = RoomId(row.try_get("room_id")?);
        let Some(pair) = pairs.get(&room).map(|it| it.pair) else { continue };
        let asked = asked_from(&row, pair)?;
        found.insert(asked.id, (room, Placed { seq: seq_from(&row, "seq")?, asked }));
    }
    read_answers(tx, found.iter_mut().map(|(id, (_, it))| (*id, &mut it.asked)).collect()).await?;
    for (id, (room, placed)) in found {
        if let Some(pair) = pairs.get_mut(&room) {
            pair.asked.insert(id, placed);
        }
    }
    Ok(())
}

/// The question that a change is about.
fn about(append: &Append) -> Option<AskedId> {
    match &append.change {
        Change::Ask { back } => *back,
        Change::Answer { asked, .. } | Change::Skip(asked) => Some(*asked),
        _ => None,
    }
}

fn asked_from(row: &DbRow, pair: [UserId; 2]) -> StoreResult<Asked> {
    let question: String = row.try_get("question")?;
    let decode = |error| sqlx::Error::Decode(Box::new(error));
    let how: &str = row.try_get("how")?;
    let by: Option<Uuid> = row.try_get("author_id")?;
    let brought = match how {
        "word" => Brought::Word { word: row.try_get("word")? },
        "hand" => by.map_or(Brought::Unknown, |it| Brought::Hand { user: UserId(it) }),
        "clock" => Brought::Clock,
        _ => Brought::Unknown,
    };
    Ok(Asked {
        id: AskedId(row.try_get("id")?),
        question: QuestionId::try_from(question).map_err(decode)?,
        text: Bilingual { ko: row.try_get("ko")?, en: row.try_get("en")? },
        brought,
        asked_at: Millis(row.try_get("at")?),
        pair,
        rounds: Vec::new(),
        is_skipped: row.try_get::<&str, _>("state")? == "skipped",
        skips: Vec::new(),
    })
}

/// Reads what was answered into those questions.
async fn read_answers(
    tx: &mut Tx<'_>,
    mut asked: BTreeMap<AskedId, &mut Asked>,
) -> StoreResult<()> {
    let ids: Vec<AskedId> = asked.keys().copied().collect();
    for some in ids.chunks(super::IDS_A_QUERY) {
        let mut sql = QueryBuilder::<Db>::new(
            "select asked_id, turn, account_id, text, at from answer where asked_id in (",
        );
        push_ids(&mut sql, some.iter().map(|it| it.0));
        sql.push(" order by asked_id, turn");
        for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
            let id = AskedId(row.try_get("asked_id")?);
            if let Some(asked) = asked.get_mut(&id) {
                take_answer(&row, asked)?;
            }
        }
    }
    Ok(())
}

fn take_answer(row: &DbRow, asked: &mut Asked) -> StoreResult<()> {
    let by = UserId(row.try_get("account_id")?);
    let Some(seat) = asked.pair.iter().position(|it| *it == by) else { return Ok(()) };
    let turn = usize::try_from(row.try_get::<i64, _>("turn")?).unwrap_or(1).max(1);
    if asked.rounds.len() < turn {
        asked.rounds.resize(turn, Round::default());
    }
    let text = row.try_get::<String, _>("text")?.try_into();
    let text = text.map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    let answer = Answer { text, at: Millis(row.try_get("at")?) };
    if let Some(place) = asked.rounds.get_mut(turn - 1).and_then(|it| it.0.get_mut(seat)) {
        *place = Some(answer);
    }
    Ok(())
}

/// What those were asked in whose room something may come up by the batch.
async fn read_past(
    tx: &mut Tx<'_>,
    batch: Batch<'_>,
    facts: &Facts,
    pairs: &mut Pairs,
) -> StoreResult<()> {
    let rooms: BTreeSet<RoomId> =
        batch.iter().filter(|it| may_bring_up(it, facts, pairs)).map(|it| it.room).collect();
    if rooms.is_empty() {
        return Ok(());
    }
    let mut sql =
        QueryBuilder::<Db>::new("select room_id, question, how, at from asked where room_id in (");
    push_ids(&mut sql, rooms.iter().map(|it| it.0));
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        let Some(pair) = pairs.get_mut(&RoomId(row.try_get("room_id")?)) else { continue };
        let at = Some(Millis(row.try_get("at")?));
        match row.try_get("how")? {
            "word" => pair.past.word_at = pair.past.word_at.max(at),
            "clock" => pair.clock_asked_at = pair.clock_asked_at.max(at),
            _ => {}
        }
        if let Ok(question) = row.try_get::<String, _>("question")?.try_into() {
            pair.past.asked.insert(question);
        }
    }
    Ok(())
}

fn may_bring_up(append: &Append, facts: &Facts, pairs: &Pairs) -> bool {
    match &append.change {
        Change::Message(text) => {
            let settings = pairs.get(&append.room).map(|it| &it.settings);
            let pack = settings.filter(|it| it.by_word).and_then(|it| it.pack.as_ref());
            let triggers = pack.and_then(|it| facts.packs.get(it)).map(|it| it.1);
            triggers.is_some_and(|it| !it.hits(text).is_empty())
        }
        // Whoever chooses another pack may name one of its words in the same batch.
        Change::Ask { .. } | Change::AskByClock | Change::SetQuestions(_) => true,
        _ => false,
    }
}

/// What was skipped in rooms where the batch skips something.
async fn read_skips(tx: &mut Tx<'_>, batch: Batch<'_>, pairs: &mut Pairs) -> StoreResult<()> {
    let skips = batch.iter().filter(|it| matches!(it.change, Change::Skip(_)));
    let rooms: BTreeSet<RoomId> = skips.map(|it| it.room).collect();
    if rooms.is_empty() {
        return Ok(());
    }
    let mut sql = QueryBuilder::<Db>::new(
        "select room_id, asked_id, account_id, at from skip where room_id in (",
    );
    push_ids(&mut sql, rooms.iter().map(|it| it.0));
    sql.push(" order by at");
    for row in sql.build().persistent(false).fetch_all(&mut **tx).await? {
        if let Some(pair) = pairs.get_mut(&RoomId(row.try_get("room_id")?)) {
            pair.skips.push((AskedId(row.try_get("asked_id")?), skip_from(&row)?));
        }
    }
    Ok(())
}

fn skip_from(row: &DbRow) -> StoreResult<Skip> {
    Ok(Skip { by: UserId(row.try_get("account_id")?), at: Millis(row.try_get("at")?) })
}

/// Writes what is another than it was.
pub(super) async fn write_pairs(tx: &mut Tx<'_>, before: &Pairs, after: &Pairs) -> StoreResult<()> {
    for (room, pair) in after {
        let Some(was) = before.get(room).filter(|it| *it != pair) else { continue };
        if (&was.settings, was.clock_at) != (&pair.settings, pair.clock_at) {
            write_settings(tx, *room, pair).await?;
        }
        for (id, placed) in &pair.asked {
            match was.asked.get(id) {
                Some(was) if was == placed => continue,
                Some(_) => write_state(tx, &placed.asked).await?,
                None => add_asked(tx, *room, placed).await?,
            }
            write_answers(tx, was.asked.get(id).map(|it| &it.asked), &placed.asked).await?;
        }
        for (asked, skip) in pair.skips.iter().skip(was.skips.len()) {
            sqlx::query(
                "insert into skip (asked_id, account_id, room_id, at) values ($1, $2, $3, $4)",
            )
            .bind(asked.0)
            .bind(skip.by.0)
            .bind(room.0)
            .bind(skip.at.0)
            .execute(&mut **tx)
            .await?;
        }
    }
    Ok(())
}

async fn write_settings(tx: &mut Tx<'_>, room: RoomId, pair: &PairState) -> StoreResult<()> {
    sqlx::query("update meeting set questions = $2, clock_at = $3 where room_id = $1")
        .bind(room.0)
        .bind(serde_json::to_string(&pair.settings).unwrap_or_default())
        .bind(pair.clock_at.map(|it| it.0))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn add_asked(
    tx: &mut Tx<'_>,
    room: RoomId,
    Placed { seq, asked }: &Placed,
) -> StoreResult<()> {
    let (how, word) = match &asked.brought {
        Brought::Word { word } => ("word", word.as_str()),
        Brought::Clock => ("clock", ""),
        Brought::Hand { .. } | Brought::Unknown => ("hand", ""),
    };
    sqlx::query(
        "insert into asked (id, room_id, question, ko, en, how, word, seq, at, turn, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(asked.id.0)
    .bind(room.0)
    .bind(asked.question.as_str())
    .bind(&asked.text.ko)
    .bind(&asked.text.en)
    .bind(how)
    .bind(word)
    .bind(number(*seq))
    .bind(asked.asked_at.0)
    .bind(turn(asked))
    .bind(state_name(asked.state()))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Which time it is answered, from 1.
fn turn(asked: &Asked) -> i64 {
    i64::try_from(asked.rounds.len()).unwrap_or(i64::MAX).max(1)
}

async fn write_state(tx: &mut Tx<'_>, asked: &Asked) -> StoreResult<()> {
    let unsealed_at = asked.rounds.iter().filter_map(Round::unsealed_at).next_back();
    let closed_at = match asked.state() {
        AskedState::Open => None,
        AskedState::Unsealed => unsealed_at,
        AskedState::Skipped => asked.skips.last().map(|it| it.at),
    };
    sqlx::query("update asked set turn = $2, state = $3, closed_at = $4 where id = $1")
        .bind(asked.id.0)
        .bind(turn(asked))
        .bind(state_name(asked.state()))
        .bind(closed_at.map(|it| it.0))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

const fn state_name(state: AskedState) -> &'static str {
    match state {
        AskedState::Open => "open",
        AskedState::Unsealed => "answered",
        AskedState::Skipped => "skipped",
    }
}

async fn write_answers(tx: &mut Tx<'_>, before: Option<&Asked>, after: &Asked) -> StoreResult<()> {
    for (turn, round) in (1_i64..).zip(&after.rounds) {
        for (seat, (user, answer)) in after.pair.iter().zip(&round.0).enumerate() {
            let place = usize::try_from(turn - 1).unwrap_or_default();
            let was = before.and_then(|it| it.rounds.get(place)?.0.get(seat)?.as_ref());
            let Some(answer) = answer.as_ref().filter(|it| Some(*it) != was) else { continue };
            sqlx::query(
                "insert into answer (asked_id, turn, account_id, text, at)
                 values ($1, $2, $3, $4, $5)
                 on conflict (asked_id, turn, account_id) do update set text = excluded.text,
                     at = excluded.at",
            )
            .bind(after.id.0)
            .bind(turn)
            .bind(user.0)
            .bind(answer.text.as_str())
            .bind(answer.at.0)
            .execute(&mut **tx)
            .await?;
        }
    }
    Ok(())
}

impl Queries {
    pub(in crate::store) async fn pair_questions(
        &self,
        room: RoomId,
        newest: u32,
    ) -> StoreResult<Option<PairQuestions>> {
        // One read transaction, so that all is of one moment.
        let mut tx = self.readers.begin_with(BEGIN_READ).await?;
        let Some(pair) = settings_of(&mut tx, &[room]).await?.remove(&room) else {
            return Ok(None);
        };
        let mut asked = Vec::new();
        let mut sql = QueryBuilder::<Db>::new(ASKED);
        sql.push(" where asked.room_id = ").push_bind(room.0);
        sql.push(" and (state = 'open' or asked.id in (select id from asked where room_id = ");
        sql.push_bind(room.0).push(" and state <> 'open' order by at desc, id limit ");
        sql.push_bind(i64::from(newest)).push(")) order by asked.at, asked.id");
        for row in sql.build().fetch_all(&mut *tx).await? {
            asked.push(asked_from(&row, pair.pair)?);
        }
        read_answers(&mut tx, asked.iter_mut().map(|it| (it.id, it)).collect()).await?;
        let sql = "select count(*) from asked where room_id = $1 and state = 'answered'";
        let (answered,): (i64,) = sqlx::query_as(sql).bind(room.0).fetch_one(&mut *tx).await?;
        let sql = "select account_id, at from skip where room_id = $1";
        let skips = sqlx::query(sql).bind(room.0).fetch_all(&mut *tx).await?;
        tx.commit().await?;
        Ok(Some(PairQuestions {
            settings: pair.settings,
            pair: pair.pair,
            asked,
            answered: u32::try_from(answered).unwrap_or(u32::MAX),
            skips: skips.iter().map(skip_from).collect::<StoreResult<_>>()?,
        }))
    }

    pub(in crate::store) async fn clocks_due(
        &self,
        now: Millis,
        most: u32,
    ) -> StoreResult<Vec<(RoomId, UserId)>> {
        let rows = sqlx::query(
            "select meeting.room_id, account_id
             from meeting join room on room.id = meeting.room_id
                 join meeter on meeter.room_id = meeting.room_id
             where clock_at <= $1 and closed_at is null and account_id = (
                 select account_id from meeter as one where one.room_id = meeting.room_id
                 order by account_id limit 1)
             order by clock_at, meeting.room_id limit $2",
        )
        .bind(now.0)
        .bind(i64::from(most))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| Ok((RoomId(row.try_get("room_id")?), UserId(row.try_get("account_id")?))))
            .collect()
    }
}
