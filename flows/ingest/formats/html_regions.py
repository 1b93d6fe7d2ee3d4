"""What regions of a page are called: by tag, by the words of class, id and role, by the heading over them."""

from functools import cache, lru_cache
from typing import Final, NamedTuple

import re2

_B = r"(?:^|[\s_:./-])"  # the borders of a word in class names
_E = r"(?:$|[\s_:./-])"
_MEMORY: Final = 1 << 25  # bytes that the patterns may take at most
_T, _U = r"(?:^|\s)", r"(?:$|\s)"  # the borders of a class

# By tag; a header or footer of an article is told by its words alone
REGION_TAGS: Final = {
    "nav": "html-navigation",
    "menu": "html-navigation",
    "aside": "html-sidebar",
    "form": "html-form",
    "fieldset": "html-form",
    "button": "html-form",
    "dialog": "html-form",
    "footer": "html-footer",
    "address": "html-byline",
    "figcaption": "html-caption",
}
# By the words of class, id and role
REGION_WORDS: Final = (
    ("html-hidden", rf"screen-reader|sr-only|visually-?hidden|{_B}hidden-print{_E}|{_B}skip(?:-?link|-to){_E}"),
    ("html-consent", rf"cookie|gdpr|consent|{_B}(?:modal|popup|pop-up|lightbox|overlay){_E}"),
    (
        "html-advertisement",
        rf"{_B}(?:ads?|adv|advert\w*|adsense|adslot|dfp|gpt-ad|outbrain|taboola|promo\w*|sponsor\w*|cta){_E}",
    ),
    (
        "html-navigation",
        rf"{_B}(?:nav|navbar|navigation|menu|menus|submenu|breadcrumbs?|crumbs?|pagination|pager|paging|toc|"
        rf"navheader|navfooter|navpath|docnav|prev-?next|post-?nav\w*|table-of-contents|jump-?to|skip|migas|brotkrumen|"
        rf"fil-?d?-?ariane|briciole|migalhas|okruszki|kruimelpad)(?:$|[\s_:./-]|links?)|nav-?menu|breadcrumb|ez-toc",
    ),
    (
        "html-comments",
        rf"{_B}(?:[a-z]*comments?|comment(?:s?list|s?section|s?container|s?area|s?thread|s?block|s?wrap(?:per)?|"
        rf"body|text|content|item|form)|comment-\w+|respond|responses|replies|reply-?list|"
        rf"coment[aá]rios?|commentaires?|kommentar\w*|comment[io]|komentarz\w*|reacties|reageren|yorum(?:lar)?|"
        rf"kommentarii|komentari|komment[ek]k?|kommentit|komentáře|комментарии|σχόλια|"
        rf"disqus\w*|dsq|livefyre|coral-(?:thread|talk|root|container|comments?)|hyvor\w*|"
        rf"giscus|utterances|remark42|commento|cusdis|isso-thread|vuukle|viafoura|spot-?im|intensedebate|idc-\w+){_E}",
    ),
    (
        "html-related",
        rf"related|recommend|recirc|read-?(?:more|next|also)|more-?(?:from|stories|news|posts|articles|on)|"
        rf"also-?like|you-?may|trending|most-?(?:read|popular|viewed)|{_B}popular|up-?next|next-?(?:article|post)|"
        rf"latest-?(?:news|posts|stories|articles)|recent-?(?:posts|articles|news)|see-?also|suggested|similar|zergnet|"
        rf"relacionad[ao]s|verwandte|correlati|powiazane|gerelateerd|lees-?ook|lesen-?sie-?auch|a-?lire-?aussi|"
        rf"leggi-?anche|ilgili-?haberler",
    ),
    (
        "html-subscription",
        rf"newsletter|subscri(?:be|ption)|sign-?up|{_B}(?:optin|opt-in|mailchimp|paywall|donat\w+|membership){_E}",
    ),
    (
        "html-share",
        rf"{_B}(?:share\w*|sharing|social\w*|addthis\w*|addtoany|sharedaddy|follow-?us){_E}|social-|share-",
    ),
    (
        "html-byline",
        rf"{_B}(?:byline|by-line|authors?|author-?(?:bio|box|info|name|card|meta)|dateline|published|publish-?date|pubdate|"
        rf"timestamp|post-?(?:meta|date|info|author)|entry-?(?:meta|date)|article-?(?:meta|date|info|author)|"
        rf"about-?(?:the-?)?author|bio|contributor|reading-?time|read-?time|datetime|meta){_E}",
    ),
    (
        "html-tags",
        rf"{_T}(?:tags?|(?:post|entry|article|story|meta)[-_]+(?:tags?|categor(?:y|ies)|topics?)|tag[-_]?(?:s|list|links|cloud)|"
        rf"tags[-_]links|tagcloud|tagged|categor(?:y|ies)|topics?|keywords|cat[-_]links)(?:$|[\s_])",
    ),
    ("html-footer", r"copyright-footer"),  # as BoostBook calls it; what is called a copyright alone is a picture's
    ("html-caption", rf"{_B}(?:caption|wp-caption-text|image-caption|photo-?credit|credits?|copyright){_E}"),
    (
        "html-sidebar",
        rf"{_T}(?:complementary|secondary|rail|right-?rail|right-?col\w*|widget(?:-?area)?){_U}|sidebar|side-bar|widget_",
    ),
    ("html-footer", rf"{_B}(?:footer|contentinfo|site-?footer|page-?footer|colophon|foot){_E}"),
    (
        "html-header",
        rf"{_B}(?:site-?header|masthead|topbar|top-?bar|banner|page-?header|global-?header|ticker){_E}",
    ),
)
# Where an article's text stands, the surest first
ARTICLE_WORDS: Final = (
    r"articlebody",
    rf"{_B}(?:article|entry|post|story|blog|news|page|single|main|body|rich)[-_]{{1,2}}?(?:body|content|text|copy|main)(?:$|[\s_])|"
    rf"{_B}(?:article-?body|article__body|storytext|story-?body|article-?text|post-?text|content-?body|body-?content|caas-body|"
    rf"td-post-content|field-name-body|body-copy|bodytext|rich-?text|w-richtext|prose|post_content|postcontent|entry-content){_E}",
)
# What says whether there are comments, not that these are; and what Javadoc calls so
_STATE: Final = re2.compile(
    r"\b(?:no|has|hide|with|without|show|open|allow|enable)[-_]comments?\b|"
    r"\bcomments?[-_](?:off|closed|open|disabled|enabled|hidden|allowed|count|number|link)\b|"
    r"\b(?:deprecation|preview)-?comment\b"
)
# What stands over readers' comments, a number aside
_COMMENTS = (
    "comment|comments|all comments|user comments|reader comments|readers' comments|"
    "leave a comment|leave a reply|post a comment|add a comment|write a comment|join the conversation|"
    "join the discussion|kommentare|kommentar|kommentarer|kommentit|commentaires|"
    "commentaire|comentarios|comentários|commenti|reacties|komentarze|"
    "komentáře|hozzászólások|yorumlar|comentarii|комментарии|коментарі|"
    "σχόλια|评论|評論|留言|コメント|댓글|"
    "تعليقات"
)
_COMMENTS_HEADINGS: Final = frozenset(_COMMENTS.split("|"))
# What stands over them with a number and the title of the page: '3 thoughts on "The title"'
_COMMENTS_OPENING: Final = re2.compile(r"^\d+ (?:thoughts?|comments?|responses?|replies|reply) (?:on|to) ")

# Regions that hold nothing of an article where there is no prose in them
_FURNITURE: Final = frozenset(
    ("html-navigation", "html-header", "html-footer", "html-consent", "html-share", "html-related", "html-subscription")
)
_NO_FURNITURE: Final = frozenset(("article", "main", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"))


class Told(NamedTuple):
    """What an element's words tell: the rule they call for, and how surely it holds the article, 0 the most."""

    region: str | None
    article: int | None


@cache
def _compile_words() -> re2.Set:
    """All the patterns as one: matched together they take hardly longer than a single one."""
    options = re2.Options()
    options.max_mem = _MEMORY
    patterns = re2.Set.SearchSet(options)
    for _, pattern in REGION_WORDS:
        patterns.Add(pattern)
    for pattern in ARTICLE_WORDS:
        patterns.Add(pattern)
    patterns.Compile()
    return patterns


@lru_cache(1 << 12)  # the pages of a site have the same classes
def read_words(words: str) -> Told:
    """What the words of an element's class, id and role tell."""
    return _tell(*(_compile_words().Match(_STATE.sub(" ", words) if "omment" in words else words) or ()))


@cache
def _tell(*matched: int) -> Told:
    """What the patterns of these numbers tell together."""
    first = min(matched, default=len(REGION_WORDS))
    article = min((number for number in matched if number >= len(REGION_WORDS)), default=None)
    return Told(
        REGION_WORDS[first][0] if first < len(REGION_WORDS) else None,
        None if article is None else article - len(REGION_WORDS),
    )


def is_furniture(tag: str, words: str, in_article: bool) -> bool:
    """Whether an element is a page's furniture, unless there is prose in it."""
    region = REGION_TAGS.get(tag) or ("html-header" if tag == "header" and not in_article else None)
    if region is None and words and tag not in _NO_FURNITURE:
        region = read_words(words).region
    return region in _FURNITURE


def is_comments_heading(text: str) -> bool:
    """Whether a short text is what stands over readers' comments."""
    folded = text.lower()
    return folded.strip("0123456789 ()[]…:.,!\n\t") in _COMMENTS_HEADINGS or (
        folded[:1].isdigit() and _COMMENTS_OPENING.search(folded) is not None
    )
