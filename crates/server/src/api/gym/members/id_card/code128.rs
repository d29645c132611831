//! Code 128 (ISO/IEC 15417), set B: one sign per printable ASCII character.

/// Widths of bar, space, bar, space, bar, space of each sign, by its value.
const SIGNS: [&str; 106] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232",
];

/// Value of the sign that begins set B.
const START_B: usize = 104;

/// The sign at the end; it alone has seven widths.
const STOP: &str = "2331112";

/// Blank modules on either side, without which scanners find no beginning.
const QUIET_MODULES: u32 = 10;

/// One black bar, measured in modules from the left edge of the quiet zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    /// Where it begins.
    pub(super) at: u32,
    /// How wide it is.
    pub(super) width: u32,
}

/// The bars of a text; nothing if it is empty or holds what set B has no sign for.
pub(super) fn bars(text: &str) -> Option<Vec<Bar>> {
    let values: Option<Vec<usize>> = text
        .bytes()
        .map(|byte| (b' '..=b'~').contains(&byte).then(|| usize::from(byte - b' ')))
        .collect();
    let values = values.filter(|values| !values.is_empty())?;
    let weighted = values.iter().zip(1..).map(|(value, place)| value * place).sum::<usize>();
    let check = (START_B + weighted) % 103;
    let signs = std::iter::once(START_B).chain(values).chain([check]).map(|value| SIGNS[value]);
    let (mut bars, mut at) = (Vec::new(), QUIET_MODULES);
    for sign in signs.chain([STOP]) {
        for (place, width) in sign.bytes().map(|digit| u32::from(digit - b'0')).enumerate() {
            if place % 2 == 0 {
                bars.push(Bar { at, width });
            }
            at += width;
        }
    }
    Some(bars)
}

/// How many modules the bars take with the quiet zones on both sides.
pub(super) fn modules(bars: &[Bar]) -> u32 {
    bars.last().map_or(0, |bar| bar.at + bar.width) + QUIET_MODULES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_eleven_modules_with_even_bars_and_differs_from_all_others() {
        let mut seen = std::collections::HashSet::new();
        for sign in SIGNS {
            let widths: Vec<u32> = sign.bytes().map(|digit| u32::from(digit - b'0')).collect();
            assert_eq!(widths.iter().sum::<u32>(), 11, "{sign}");
            assert_eq!(widths.iter().step_by(2).sum::<u32>() % 2, 0, "{sign}");
            assert!(seen.insert(sign), "{sign}");
        }
    }

    /// Reads bars the way a scanner does.
    fn read(bars: &[Bar]) -> String {
        let ends = bars.windows(2).map(|pair| (pair[0], pair[1].at - pair[0].at - pair[0].width));
        let widths: Vec<u32> = ends.flat_map(|(bar, space)| [bar.width, space]).collect();
        let (signs, stop) = widths.split_at(widths.len() - 6);
        assert_eq!(stop, [2, 3, 3, 1, 1, 1]);
        let value = |widths: &[u32]| {
            let sign: String = widths.iter().map(u32::to_string).collect();
            SIGNS.iter().position(|known| *known == sign).unwrap()
        };
        let values: Vec<usize> = signs.chunks(6).map(value).collect();
        let (check, values) = values.split_last().unwrap();
        let sum: usize = values.iter().enumerate().map(|(place, value)| value * place.max(1)).sum();
        assert_eq!((values[0], sum % 103), (START_B, *check));
        values[1..].iter().map(|value| char::from(u8::try_from(value + 32).unwrap())).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        for text in ["GYM0001", "GYM1763722627878", "a", " ~", "A_b-9"] {
            assert_eq!(read(&bars(text).unwrap()), text);
        }
        assert!(bars("").is_none() && bars("Ä").is_none() && bars("a\n").is_none());
    }

    #[test]
    fn the_width_counts_quiet_zones_signs_and_stop() {
        assert_eq!(modules(&bars("GYM0001").unwrap()), 10 + 11 * (1 + 7 + 1) + 13 + 10);
    }
}
