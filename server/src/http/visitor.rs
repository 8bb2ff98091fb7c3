//! Who asks: the login, the address, and what the reader prefers.

use super::{Site, error::Refused, flash::Flash};
use crate::{
    address::{Address, Peer, client},
    auth::{Attempt, Login, Token, cookie},
    config::Config,
};
use app::protocol::{
    ids::RoomId,
    refusal::Refusal,
    snapshot::{Language, Preferences, Theme},
};
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{
        Extensions, HeaderMap,
        header::{ACCEPT_LANGUAGE, USER_AGENT},
        request::Parts,
    },
};
use serde::de::DeserializeOwned;
use std::{net::Ipv4Addr, sync::Arc};

/// The furthest that a clock is from UTC, in minutes.
const ZONE_MIN_MAX: i32 = 14 * 60;

/// Whoever asks, signed in or not.
#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) login: Option<Login>,
    pub(super) address: Address,
    pub(super) agent: String,
    pub(super) preferences: Preferences,
    pub(super) flash: Flash,
}

impl Visitor {
    /// An attempt to come in.
    pub(super) fn attempt(&self, name: String, password: String) -> Attempt {
        Attempt { name, password, agent: self.agent.clone(), address: self.address }
    }

    /// The login, which must be there.
    pub(super) fn login(&self) -> Result<&Login, Refusal> {
        self.login.as_ref().ok_or(Refusal::NotSignedIn)
    }
}

impl FromRequestParts<Arc<Site>> for Visitor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refused> {
        let login = login_of(parts, site).await?;
        let headers = &parts.headers;
        Ok(Self {
            login,
            address: address_of(&parts.extensions, headers, &site.config),
            agent: agent_of(headers),
            preferences: preferences_of(headers),
            flash: Flash::of_request(headers),
        })
    }
}

/// The login. The room that it asks for is known here then, if it is to the database: another node
/// may have made it, or let the user in, a moment ago.
async fn login_of(parts: &mut Parts, site: &Site) -> Result<Option<Login>, Refusal> {
    let Some(token) = Token::of_request(&parts.headers, site.secure) else { return Ok(None) };
    let Some(login) = site.auth.login(&token).await? else { return Ok(None) };
    if let Ok(named) = RawPathParams::from_request_parts(parts, &()).await {
        let room = named.iter().find(|(name, _)| *name == "room");
        let room: Option<RoomId> = room.and_then(|(_, id)| id.parse().ok());
        site.engine.arrive(login.user.id, room.as_slice()).await?;
    }
    Ok(Some(login))
}

/// Whoever asks and is signed in.
#[derive(Debug)]
pub(super) struct SignedIn {
    pub(super) login: Login,
    pub(super) address: Address,
}

impl FromRequestParts<Arc<Site>> for SignedIn {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refused> {
        let login = login_of(parts, site).await?.ok_or(Refusal::NotSignedIn)?;
        let address = address_of(&parts.extensions, &parts.headers, &site.config);
        Ok(Self { login, address })
    }
}

/// A JSON body that may be left out. What cannot be read is malformed.
#[derive(Debug)]
pub(super) struct OptionalBody<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequest<Arc<Site>> for OptionalBody<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Refused> {
        let malformed = |_| Refused(Refusal::Malformed);
        let bytes = Bytes::from_request(request, site).await.map_err(malformed)?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|_| Refused(Refusal::Malformed))
    }
}

/// What limits count this request by.
pub(super) fn address_of(extensions: &Extensions, headers: &HeaderMap, config: &Config) -> Address {
    let peer = extensions.get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |it| it.0.ip());
    client(peer, headers, config.forwarded_header, &config.proxies).into()
}

/// Browser and system in a few words, for the list of logins.
pub fn agent_of(headers: &HeaderMap) -> String {
    /// The first that is found names it: browsers claim to be all that came before them.
    const BROWSERS: [(&str, &str); 9] = [
        ("Whale/", "Whale"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("KAKAOTALK", "KakaoTalk"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let said = headers.get(USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| said.contains(mark)).map(|(_, name)| *name)
    };
    let words = [find(&BROWSERS), find(&SYSTEMS)];
    words.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What the reader prefers, from cookies, else from what the browser says.
pub fn preferences_of(headers: &HeaderMap) -> Preferences {
    let language = match cookie(headers, "maru_language") {
        Some("ko") => Language::Ko,
        Some("en") => Language::En,
        _ => accepted(headers.get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok())),
    };
    let theme = match cookie(headers, "maru_theme") {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    };
    let zone: i32 = cookie(headers, "maru_zone").and_then(|it| it.parse().ok()).unwrap_or(0);
    let zone_min = if (-ZONE_MIN_MAX..=ZONE_MIN_MAX).contains(&zone) { zone } else { 0 };
    let chime = cookie(headers, "maru_chime") == Some("on");
    Preferences { language, theme, zone_min, chime }
}

/// The language of ours that the browser likes best.
fn accepted(header: Option<&str>) -> Language {
    let weigh = |item: &str| {
        let (tag, weight) = item.split_once(';').unwrap_or((item, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=")?.trim().parse().ok()?;
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let language = match primary.as_str() {
            "ko" => Language::Ko,
            "en" => Language::En,
            _ => return None,
        };
        (weight > 0.0).then_some((language, weight))
    };
    let liked = header.unwrap_or_default().split(',').filter_map(weigh);
    // Of equals the first: `max_by` would take the last.
    let best = liked.reduce(|best, it| if it.1 > best.1 { it } else { best });
    best.map_or(Language::En, |(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn the_language_is_the_one_liked_best() {
        let check = |header: &str, expected: Language| {
            assert_eq!(accepted(Some(header)), expected, "{header}");
        };
        check("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Language::Ko);
        check("en-GB,en;q=0.9,ko;q=0.8", Language::En);
        check("de,ko;q=0.5,en;q=0.4", Language::Ko);
        check("fr", Language::En);
        check("ko;q=0, en;q=0.1", Language::En);
        check("ko;q=x", Language::En);
        check("", Language::En);
    }

    #[test]
    fn a_browser_is_named_in_a_few_words() {
        let check = |said: &str, expected: &str| {
            assert_eq!(agent_of(&with(USER_AGENT, said)), expected);
        };
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        );
        check(
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) \
             SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
            "Samsung Internet · Android",
        );
        check("<script>alert(1)</script>", "");
    }

    #[test]
    fn bad_preferences_are_the_usual_ones() {
        for zone in ["99999", "-99999", "-2147483648", "540min"] {
            let cookies = format!("maru_language=xx; maru_theme=pink; maru_zone={zone}");
            let found = preferences_of(&with(axum::http::header::COOKIE, &cookies));
            assert_eq!(found, Preferences::default(), "{zone}");
        }
        let cookies = "maru_language=ko; maru_theme=dark; maru_zone=540";
        let expected = Preferences {
            language: Language::Ko,
            theme: Theme::Dark,
            zone_min: 540,
            ..Preferences::default()
        };
        assert_eq!(preferences_of(&with(axum::http::header::COOKIE, cookies)), expected);
    }
}
