//! What the shop sells.

/// One thing on the shelf.
pub(crate) struct Product {
    /// Its address, and its number in the item card.
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    /// A decimal number as text.
    pub(crate) price: &'static str,
    /// One line for the list.
    pub(crate) line: &'static str,
    /// A paragraph for its own page.
    pub(crate) story: &'static str,
    /// Label and value.
    pub(crate) facts: &'static [(&'static str, &'static str)],
    /// An SVG document.
    pub(crate) picture: &'static str,
}

/// The currency of every price.
pub(crate) const CURRENCY: &str = "EUR";

/// The product of that address.
pub(crate) fn find(slug: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.slug == slug)
}

/// Everything, in the order of the front page.
pub(crate) const PRODUCTS: [Product; 6] = [
    Product {
        slug: "pour-over-kettle",
        name: "Pour-over kettle",
        price: "64.00",
        line: "Slow spout, steady hand. 0.9 litres.",
        story: "A gooseneck that pours as slowly as you like. The handle stays cool, the lid stays on, and the base is \
                flat enough for induction.",
        facts: &[
            ("Holds", "0.9 l"),
            ("Made of", "Brushed steel, beech"),
            ("Hob", "Gas, electric, induction"),
        ],
        picture: include_str!("../assets/pictures/pour-over-kettle.svg"),
    },
    Product {
        slug: "stoneware-mug",
        name: "Stoneware mug",
        price: "22.50",
        line: "Thrown by hand, so no two agree.",
        story: "Thick walls that keep coffee warm for as long as a conversation takes. The glaze breaks differently on \
                every rim; tell us which one you like.",
        facts: &[("Holds", "320 ml"), ("Made in", "Höhr-Grenzhausen"), ("Dishwasher", "Yes")],
        picture: include_str!("../assets/pictures/stoneware-mug.svg"),
    },
    Product {
        slug: "walnut-tray",
        name: "Walnut tray",
        price: "48.00",
        line: "One board, two handles, no screws.",
        story: "Cut from a single board, so the grain runs from one handle to the other. Oiled, not varnished: it gets \
                better with use.",
        facts: &[("Size", "42 × 28 cm"), ("Wood", "Walnut, oiled"), ("Weight", "1.1 kg")],
        picture: include_str!("../assets/pictures/walnut-tray.svg"),
    },
    Product {
        slug: "enamel-lamp",
        name: "Enamel lamp",
        price: "139.00",
        line: "Light on the table, not in your eyes.",
        story: "A deep shade that throws a round pool of light. Enamelled twice, white inside, with three metres of \
                cloth cable.",
        facts: &[("Shade", "Ø 32 cm"), ("Cable", "3 m, cloth"), ("Socket", "E27")],
        picture: include_str!("../assets/pictures/enamel-lamp.svg"),
    },
    Product {
        slug: "linen-apron",
        name: "Linen apron",
        price: "56.00",
        line: "Crossed at the back, nothing to tie.",
        story: "Heavy washed linen with two pockets at the height where hands look for them. One size: the crossed \
                straps fit most people.",
        facts: &[("Cloth", "Linen, 300 g/m²"), ("Wash", "60 °C"), ("Size", "One")],
        picture: include_str!("../assets/pictures/linen-apron.svg"),
    },
    Product {
        slug: "beeswax-candle",
        name: "Beeswax candle",
        price: "18.00",
        line: "Forty hours, and the room smells of June.",
        story: "Pure beeswax from three hives behind the shop, poured in small lots. No scent added, none needed.",
        facts: &[("Burns", "About 40 hours"), ("Wax", "100 % beeswax"), ("Wick", "Cotton")],
        picture: include_str!("../assets/pictures/beeswax-candle.svg"),
    },
];
