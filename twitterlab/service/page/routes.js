// Addresses within the page: #/ is the feed, #/users/7 a user's tweets, #/users/7/tweets/123 one tweet.

const PATTERNS = [
  ["feed", /^#\/$/],
  ["user", /^#\/users\/(\d{1,19})$/],
  ["tweet", /^#\/users\/(\d{1,19})\/tweets\/(\d{1,19})$/],
];

/** What an address shows: `{name, user, id}`; an address that leads nowhere shows the feed. */
export function route(hash) {
  for (const [name, pattern] of PATTERNS) {
    const found = pattern.exec(hash);
    if (found) return { name, user: found[1], id: found[2] };
  }
  return { name: "feed" };
}

export const toUser = (user) => `#/users/${user}`;
export const toTweet = (user, id) => `#/users/${user}/tweets/${id}`;
