//! Every route, in one place: what is not here is not answered, but for the site's files.
//!
//! To add a route, add a row here, and one to `server/tests/powers/table.rs`, which says who gets
//! what there: the test fails for a route without a row.

use super::{
    Site, api, direct, forms, later, matchmaking, meetings, nodes, order, pages, people, pictures,
    profile,
    questions::{self, packs, pages as question_pages},
    reset,
    rooms::{self, entering, hosting, invites},
    socket, speed, status,
};
use axum::{
    Router,
    routing::{delete, get, patch, post, put},
};
use std::sync::Arc;

/// A route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Route {
    /// The method, in small letters.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
}

/// Makes a router of rows, and the list that the authorisation test compares its table with.
macro_rules! table {
    (
        $(#[$doc:meta])*
        $router:ident, $list:ident, $at:literal;
        $($method:ident $path:literal => $handler:path,)+
    ) => {
        $(#[$doc])*
        pub(super) fn $router() -> Router<Arc<Site>> {
            Router::new()$(.route($path, $method($handler)))+
        }

        const $list: &[Route] =
            &[$(Route { method: stringify!($method), path: concat!($at, $path) },)+];
    };
}

/// All routes.
pub fn all_routes() -> impl Iterator<Item = Route> {
    [PAGES, FORMS, API, SOCKETS].into_iter().flatten().copied()
}

table! {
    /// What is read.
    pages, PAGES, "";
    get "/" => pages::home,
    get "/forgot" => reset::forgot_page,
    get "/reset" => reset::reset_page,
    get "/passreset" => reset::old_page,
    get "/rooms" => pages::rooms,
    get "/rooms/{room}" => pages::room,
    get "/rooms/{room}/settings" => pages::room_settings,
    get "/rooms/{room}/book" => question_pages::book,
    get "/rooms/{room}/questions" => question_pages::settings,
    get "/rooms/{room}/book.md" => questions::book_markdown,
    get "/rooms/{room}/book.json" => questions::book_json,
    get "/rooms/{room}/meeting" => pages::meeting,
    get "/rooms/new" => pages::new_room,
    get "/invite/{token}" => pages::invite,
    get "/settings" => pages::settings,
    get "/inbox" => people::inbox,
    get "/people/{user}" => people::person,
    get "/blocks" => people::blocks,
    get "/later" => people::later,
    get "/match" => matchmaking::page,
    get "/match/wishes" => matchmaking::wishes_page,
    get "/rooms/{room}/speed" => speed::page,
    get "/match/standing" => matchmaking::conduct_page,
    get "/notices" => order::admin::notices,
    get "/admin" => order::admin::overview,
    get "/admin/people" => order::admin::people,
    get "/admin/rooms" => order::admin::rooms,
    get "/admin/reports" => order::admin::reports,
    get "/admin/audit" => order::admin::audit,
    get "/admin/nodes" => order::admin::nodes,
    get "/admin/announce" => order::admin::announce,
    get "/admin/packs" => packs::page,
}

table! {
    /// What is filled in; also what their addresses show to who reloads a refused one.
    forms, FORMS, "";
    get "/sign-in" => pages::sign_in,
    post "/sign-in" => forms::sign_in,
    get "/sign-up" => pages::sign_up,
    post "/sign-up" => forms::sign_up,
    get "/guest" => pages::guest,
    post "/guest" => forms::guest,
    post "/forgot" => reset::forgot,
    post "/reset" => reset::reset,
    post "/passreset" => reset::old_form,
    post "/sign-out" => forms::sign_out,
    get "/rooms/{room}/enter" => pages::back_to_room,
    post "/rooms/{room}/enter" => rooms::forms::enter,
    get "/rooms/{room}/leave" => pages::back_to_room,
    post "/rooms/{room}/leave" => forms::leave,
    post "/rooms/new" => rooms::forms::make,
    get "/rooms/{room}/acts" => pages::back_to_room_settings,
    post "/rooms/{room}/acts" => rooms::forms::act,
    get "/rooms/{room}/invites" => pages::back_to_room_settings,
    post "/rooms/{room}/invites" => rooms::forms::invite,
    post "/rooms/{room}/invites/{invite}/end" => rooms::forms::end_invite,
    get "/rooms/{room}/waiting" => pages::back_to_room,
    post "/rooms/{room}/waiting" => rooms::forms::wait,
    post "/rooms/{room}/waiting/end" => rooms::forms::stop_waiting,
    post "/invite/{token}" => rooms::forms::accept,
    get "/rooms/{room}/say" => pages::back_to_room,
    post "/rooms/{room}/say" => forms::say,
    post "/settings/name" => forms::rename,
    get "/settings/profile" => pages::settings,
    post "/settings/profile" => profile::change_form,
    post "/settings/picture" => pictures::put_form,
    post "/settings/picture/remove" => pictures::delete_form,
    post "/settings/email" => profile::email_form,
    post "/settings/one-login" => profile::one_login_form,
    post "/settings/look" => forms::look,
    post "/settings/password" => forms::password,
    post "/settings/account" => forms::account,
    post "/settings/logins/{login}/end" => forms::end_login,
    post "/settings/logins/end-others" => forms::end_others,
    post "/rooms/{room}/later" => later::form_say,
    post "/rooms/{room}/entries/{seq}/reminders" => later::form_remind,
    post "/people/{user}/write" => direct::form_write,
    post "/people/{user}/block" => direct::form_block,
    post "/people/{user}/unblock" => direct::form_unblock,
    post "/rooms/{room}/answer" => direct::form_answer,
    post "/rooms/{room}/quiet" => direct::form_quiet,
    post "/rooms/{room}/questions" => question_pages::act,
    post "/rooms/{room}/daily" => rooms::forms::daily,
    post "/rooms/{room}/speed" => speed::form,
    post "/rooms/{room}/meeting" => meetings::form,
    post "/match/wishes" => matchmaking::form_search,
    post "/match/lookout" => matchmaking::form_look_out,
    post "/match/stop" => matchmaking::form_stop,
    post "/match/wish" => matchmaking::form_wish,
    post "/match/again" => matchmaking::form_again,
    post "/match/proposals/{proposal}" => matchmaking::form_answer,
    post "/later/{id}" => later::form_change,
    post "/later/{id}/cancel" => later::form_cancel,
    post "/people/{user}/report" => order::forms::report_person,
    post "/notices/{notice}/confirm" => order::forms::confirm,
    post "/admin/people/{user}" => order::forms::person,
    post "/admin/rooms/{room}/close" => order::forms::close,
    post "/admin/reports/{report}" => order::forms::decision,
    post "/admin/nodes/{node}" => order::forms::drain,
    post "/admin/announce" => order::forms::announce,
    post "/admin/packs" => packs::form,
}

table! {
    /// The REST API.
    api, API, "/api/v1";
    post "/users" => api::sign_up,
    post "/guests" => api::guest,
    post "/logins" => api::sign_in,
    get "/logins" => api::logins,
    delete "/logins" => api::end_others,
    delete "/logins/current" => api::sign_out,
    delete "/logins/{login}" => api::end_login,
    post "/resets" => reset::api_forgot,
    put "/resets/{token}" => reset::api_reset,
    get "/me" => api::me,
    patch "/me" => api::rename,
    get "/me/profile" => profile::own,
    patch "/me/profile" => profile::change,
    put "/me/email" => profile::email,
    put "/me/one-login" => profile::one_login,
    get "/people/{user}" => profile::person,
    get "/people/{user}/picture" => pictures::get,
    put "/me/picture" => pictures::put,
    delete "/me/picture" => pictures::delete,
    put "/me/password" => api::password,
    post "/me/account" => api::account,
    put "/me/born" => matchmaking::born,
    get "/match" => matchmaking::show,
    put "/match" => matchmaking::search,
    delete "/match" => matchmaking::stop,
    get "/match/standing" => matchmaking::conduct,
    put "/match/lookout" => matchmaking::look_out,
    delete "/match/lookout" => matchmaking::stop_look_out,
    put "/match/proposals/{proposal}" => matchmaking::answer,
    get "/rooms/{room}/meeting" => meetings::show,
    put "/rooms/{room}/meeting/keep" => meetings::keep,
    put "/rooms/{room}/meeting/openness" => meetings::open,
    post "/rooms/{room}/meeting/leave" => meetings::leave,
    get "/directory" => rooms::directory,
    get "/rooms" => api::rooms,
    post "/rooms" => hosting::make,
    get "/rooms/{room}" => api::room,
    get "/rooms/{room}/entries" => api::entries,
    post "/rooms/{room}/entries" => api::say,
    get "/rooms/{room}/people" => api::people,
    post "/rooms/{room}/later" => later::say,
    post "/rooms/{room}/entries/{seq}/reminders" => later::remind,
    post "/direct/{user}" => direct::write,
    get "/requests" => direct::requests,
    post "/requests/{room}" => direct::answer,
    get "/blocks" => direct::blocks,
    put "/blocks/{user}" => direct::block,
    delete "/blocks/{user}" => direct::unblock,
    put "/rooms/{room}/quiet" => direct::hush,
    delete "/rooms/{room}/quiet" => direct::unhush,
    post "/rooms/{room}/questions" => questions::ask,
    put "/rooms/{room}/questions/{asked}/answer" => questions::answer,
    post "/rooms/{room}/questions/{asked}/skip" => questions::skip,
    put "/rooms/{room}/questions/settings" => questions::set,
    get "/rooms/{room}/book" => questions::book,
    get "/packs" => packs::list,
    put "/packs/{pack}" => packs::put,
    delete "/packs/{pack}" => packs::delete,
    get "/later" => later::plans,
    patch "/later/{id}" => later::change,
    delete "/later/{id}" => later::cancel,
    delete "/reminders/{id}" => later::cancel,
    put "/rooms/{room}/daily" => hosting::begin_daily,
    delete "/rooms/{room}/daily" => hosting::end_daily,
    post "/rooms/{room}/acts" => hosting::act,
    get "/rooms/{room}/speed" => speed::show,
    put "/rooms/{room}/speed/me" => speed::join,
    delete "/rooms/{room}/speed/me" => speed::leave,
    get "/rooms/{room}/sanctions" => hosting::sanctions,
    get "/rooms/{room}/invites" => invites::list,
    post "/rooms/{room}/invites" => invites::make,
    delete "/rooms/{room}/invites/{invite}" => invites::revoke,
    get "/invites/{token}" => invites::show,
    post "/invites/{token}" => invites::accept,
    get "/rooms/{room}/waiting/me" => entering::place,
    put "/rooms/{room}/waiting/me" => entering::wait,
    delete "/rooms/{room}/waiting/me" => entering::stop_waiting,
    put "/rooms/{room}/members/me" => entering::enter,
    delete "/rooms/{room}/members/me" => api::leave,
    post "/announcements" => api::announce,
    put "/people/{user}/role" => order::api::role,
    put "/people/{user}/ban" => order::api::ban,
    delete "/people/{user}/ban" => order::api::unban,
    put "/people/{user}/mute" => order::api::mute,
    delete "/people/{user}/mute" => order::api::unmute,
    post "/people/{user}/warnings" => order::api::warn,
    post "/reports" => order::api::make_report,
    get "/reports" => order::api::reports,
    post "/reports/{report}/decision" => order::api::decision,
    get "/notices" => order::api::notices,
    post "/notices/{notice}/confirm" => order::api::confirm,
    get "/audit" => order::api::audit,
    get "/nodes" => nodes::nodes,
    post "/nodes/{node}/drain" => nodes::drain,
    delete "/nodes/{node}/drain" => nodes::undo_drain,
    get "/status" => status::status,
    get "/ready" => status::ready,
}

table! {
    /// The live part.
    sockets, SOCKETS, "";
    get "/ws" => socket::open,
}
