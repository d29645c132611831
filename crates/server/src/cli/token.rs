//! `rollcall token`: makes an access token for scripts, devices and trying things out.

use anyhow::{Context, anyhow, bail};
use rollcall_wire::Dialect;

use super::say;
use crate::{
    app, clock,
    config::{Config, PlaceFlags},
};

/// Make an access token for an account. It ends with its time, or when the account is disabled.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Which tenant; may be left out if there is only one.
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Which account, by id or by the name it signs in with.
    #[arg(long, value_name = "ACCOUNT")]
    account: String,
    /// For listeners of which dialect.
    #[arg(long, default_value = "native", value_parser = dialect)]
    dialect: Dialect,
    /// How long it counts, such as 30m, 12h or 90d [default: as after a sign-in].
    #[arg(long, value_name = "TIME", value_parser = lasts_ms)]
    expires: Option<i64>,
    #[command(flatten)]
    place: PlaceFlags,
}

fn dialect(name: &str) -> Result<Dialect, String> {
    let known = || Dialect::ALL.map(Dialect::name).join(", ");
    Dialect::named(name).ok_or_else(|| format!("there is no dialect {name:?}, only {}", known()))
}

/// Reads a number with `s`, `m`, `h` or `d` behind it, as milliseconds; at most ten years.
fn lasts_ms(text: &str) -> Result<i64, String> {
    const YEARS_MAX_S: i64 = 10 * 366 * 86_400;
    let wrong = || format!("{text:?} is no time: write 30m, 12h or 90d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let whole = number.checked_mul(seconds).filter(|s| (1..=YEARS_MAX_S).contains(s));
    whole.map(|seconds| seconds * 1000).ok_or_else(wrong)
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.place.clone().into())?;
    let store = super::store_there(&config)?;
    let authority = app::authority(&config, store.clone())?;
    let tenant = match &args.tenant {
        Some(tenant) => tenant.as_str().into(),
        None => authority.tenant_for(None, None)?.context("name one of the tenants by --tenant")?,
    };
    let mut account = args.account.as_str().into();
    let there = store.look(&tenant, &mut |view| {
        let facts: &dyn rollcall_core::facts::Facts = view;
        if facts.account(&account)?.is_none()
            && let Some(named) = facts.account_by_login(&args.account)?
        {
            account = named.id.clone();
        }
        Ok(())
    })?;
    if !there {
        bail!("there is no tenant {:?}", tenant.as_str());
    }
    let token = authority.mint(args.dialect, &tenant, &account, args.expires, clock::now());
    let token =
        token.map_err(|_| anyhow!("{:?} is no active account of {tenant}", args.account))?;
    Ok(say::line(token)?)
}

#[cfg(test)]
mod tests {
    use super::lasts_ms;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        assert_eq!(lasts_ms("90s"), Ok(90_000));
        assert_eq!(lasts_ms("30m"), Ok(1_800_000));
        assert_eq!(lasts_ms("2d"), Ok(172_800_000));
        for bad in ["", "d", "3", "-3d", "0h", "3w", "99999999d", "3é"] {
            assert!(lasts_ms(bad).is_err(), "{bad}");
        }
    }
}
