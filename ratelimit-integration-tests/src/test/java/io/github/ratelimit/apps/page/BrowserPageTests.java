package io.github.ratelimit.apps.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.LoadState;
import io.github.ratelimit.Key;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The page of the endpoint in a real browser. */
@Tag("browser")
@Tag("version-independent")
class BrowserPageTests {

	private static final String SCRIPT = "<img src=x onerror=alert(1)>";

	private static Chromium chromium;

	/** Below a context path, with all access. */
	private static PageApplication writable;

	/** On a port of its own, read-only. */
	private static PageApplication readOnly;

	private BrowserPage opened;

	@BeforeAll
	static void start() throws IOException {
		chromium = new Chromium();
		writable = PageApplication.start("--server.servlet.context-path=/shop",
				"--management.endpoint.ratelimits.access=unrestricted",
				"--management.endpoint.ratelimits.show-values=always");
		writable.fiveMinutesOfCalls();
		writable.callProvider();
		readOnly = PageApplication.start("--management.server.port=0", "--management.server.address=127.0.0.1",
				"--management.server.base-path=/ops", "--management.endpoints.web.base-path=/manage");
		readOnly.call("login", Key.of(Key.ADDRESS_KIND, "203.0.113.77"), 7, 1);
	}

	@AfterAll
	static void stop() {
		writable.close();
		readOnly.close();
		chromium.close();
	}

	@AfterEach
	void thePageAsksOnlyItsOwnServerAndBreaksNoRule() {
		String own = "http://" + URI.create(this.opened.page().url()).getAuthority() + "/";
		try {
			assertThat(this.opened.problems()).isEmpty();
			assertThat(this.opened.requests()).isNotEmpty()
				.allMatch((request) -> request.split(" ")[1].startsWith(own));
		}
		finally {
			this.opened.close();
		}
	}

	private Page open(String fragment) {
		return open(fragment, ColorScheme.LIGHT, 1220);
	}

	private Page open(String fragment, ColorScheme scheme, int width) {
		this.opened = chromium.open(writable.address("local.server.port", "/shop/actuator/ratelimits" + fragment),
				scheme, width, 900);
		return this.opened.page();
	}

	private static Locator row(Page page, String name) {
		return page.getByRole(AriaRole.ROW)
			.filter(new Locator.FilterOptions()
				.setHas(page.getByRole(AriaRole.ROWHEADER, new Page.GetByRoleOptions().setName(named(name)))));
	}

	/** The browser's expressions do not know {@link Pattern#quote}. */
	private static Pattern named(String name) {
		return Pattern.compile("^" + name.replaceAll("[^\\w ]", "\\\\$0") + "( |$)");
	}

	private static Locator button(Page page, String name) {
		return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
	}

	@Test
	void showsTheLimitsTheirKeysTheClientsAndTheStore() {
		Page page = open("");

		assertThat(page).hasTitle("Rate limits");
		assertThat(page.getByRole(AriaRole.BANNER)).containsText("Store memory up");
		assertThat(page.getByRole(AriaRole.BANNER)).containsText("1 instance");
		assertThat(row(page, "chat")).containsText("60/min burst 90");
		assertThat(row(page, "search")).containsText("shadow");
		assertThat(row(page, "login").getByRole(AriaRole.METER)).hasAttribute("aria-valuetext", "5 of 5 used");
		assertThat(page.getByRole(AriaRole.IMG)).hasAttribute("aria-label",
				Pattern.compile("All limits, last 5 minutes: allowed [1-9].* a second now.*denied .*"));
		Locator denied = page.locator("section")
			.filter(new Locator.FilterOptions()
				.setHas(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName("Most denied keys"))));
		assertThat(denied).containsText("203.0.113.77");
		assertThat(denied).containsText("sk-l***9c");
		assertThat(row(page, "openai")).containsText("500 requests / 60 s");
		assertThat(row(page, "openai").getByRole(AriaRole.METER)).hasCount(2);
	}

	@Test
	void whatHappensIsShownWithoutReloading() {
		Key caller = Key.of(Key.ADDRESS_KIND, "192.0.2.250");
		Page page = open("#/limit/address");
		Locator facts = page.locator("dl.facts");
		Locator denied = facts.locator("div").filter(new Locator.FilterOptions().setHasText("Denied")).locator("dd");
		int before = Integer.parseInt(denied.textContent());

		writable.call("address", caller, 303, 1);

		assertThat(denied).hasText(String.valueOf(before + 3));
		page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("192.0.2.250")).first().click();
		assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2)))
			.hasText("Key 192.0.2.250");
		assertThat(page.getByRole(AriaRole.METER)).hasAttribute("aria-valuetext", "300 of 300 used");
	}

	@Test
	void aKeyIsFoundAndReset() {
		Key caller = Key.of(Key.ADDRESS_KIND, "192.0.2.251");
		writable.call("login", caller, 6, 1);
		Page page = open("#/limit/login");
		page.getByRole(AriaRole.SEARCHBOX).fill(" 192.0.2.251 ");
		page.keyboard().press("Enter");
		assertThat(page.getByRole(AriaRole.STATUS)).hasText("1 key found");
		row(page, "192.0.2.251").getByRole(AriaRole.LINK).last().click();
		assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2)))
			.hasText("Key 192.0.2.251");
		assertThat(page.getByRole(AriaRole.METER)).hasAttribute("aria-valuetext", "5 of 5 used");

		button(page, "Reset").click();
		page.getByRole(AriaRole.DIALOG)
			.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Reset"))
			.click();

		assertThat(page.getByRole(AriaRole.STATUS)).hasText("The key has been reset");
		assertThat(page.getByRole(AriaRole.MAIN)).containsText("The limit does not know this key");
		assertThat(button(page, "Reset")).hasCount(0);
		assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
	}

	@Test
	void aKeyIsBannedAndItsBanIsLifted() {
		Key caller = Key.of(Key.ADDRESS_KIND, "192.0.2.252");
		writable.call("address", caller, 1, 1);
		Page page = open("#/limit/address/" + caller.id());

		button(page, "Ban…").click();
		Locator dialog = page.getByRole(AriaRole.DIALOG);
		dialog.getByRole(AriaRole.COMBOBOX).selectOption("1h");
		dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Ban")).click();

		assertThat(page.getByRole(AriaRole.STATUS)).hasText("The key is banned");
		assertThat(writable.isAllowed("address", caller)).isFalse();
		button(page, "Lift ban").click();
		assertThat(page.getByRole(AriaRole.STATUS)).hasText("The key is not banned");
		assertThat(writable.isAllowed("address", caller)).isTrue();
	}

	@Test
	void aReadOnlyEndpointOnItsOwnPortHasNoButtonsThatChangeAnything() {
		this.opened = chromium.open(readOnly.address("local.management.port", "/ops/manage/ratelimits"),
				ColorScheme.LIGHT, 1220, 900);
		Page page = this.opened.page();
		page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("login")).first().click();
		assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2))).hasText("login ");
		assertThat(page.getByText("203.0.113.77")).hasCount(0);
		row(page, "203***77").getByRole(AriaRole.LINK).last().click();

		assertThat(page.getByRole(AriaRole.MAIN)).containsText("The endpoint is read-only.");
		assertThat(page.getByRole(AriaRole.METER)).hasAttribute("aria-valuetext", "5 of 5 used");
		assertThat(page.getByRole(AriaRole.BUTTON).allTextContents()).containsExactly("Pause");
	}

	@Test
	void aRefusedChangeSaysWhy() {
		Page page = open("#/limit/login/" + Key.of(Key.ADDRESS_KIND, "203.0.113.77").id());
		page.route("**/*", (route) -> {
			if (route.request().method().equals("DELETE")) {
				route.fulfill(new Route.FulfillOptions().setStatus(403));
			}
			else {
				route.fallback();
			}
		});
		button(page, "Reset").click();
		page.getByRole(AriaRole.DIALOG)
			.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Reset"))
			.click();

		assertThat(page.getByRole(AriaRole.ALERT))
			.containsText("Nothing has changed. The application refused this (403)");
		this.opened.problems().removeIf((problem) -> problem.contains("403"));
	}

	@Test
	void anApplicationThatDoesNotAnswerIsReportedAndAskedAgain() {
		Page page = open("");
		assertThat(row(page, "chat")).isVisible();
		page.route("**/*", (route) -> route.abort());
		assertThat(page.getByRole(AriaRole.ALERT)).containsText("The application does not answer.");
		page.unroute("**/*");
		assertThat(page.getByRole(AriaRole.ALERT)).hasCount(0);
		this.opened.problems().removeIf((problem) -> problem.contains("ERR_FAILED"));
	}

	@Test
	void whatCallersWriteIsTextAndNothingElse() {
		Key user = Key.of(Key.USER_KIND, SCRIPT);
		writable.call("search", user, 30, 1);
		Page page = open("#/limit/search");
		assertThat(page.getByText(SCRIPT).first()).isVisible();
		page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(SCRIPT)).first().click();
		assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2))).hasText("Key " + SCRIPT);
		assertThat(page.locator("img")).hasCount(0);
	}

	@Test
	void aLinkLeadsNoRequestOutOfTheEndpoint() {
		Page page = open("");
		List<String> requests = new CopyOnWriteArrayList<>();
		page.onRequest((request) -> requests.add(request.url()));

		page.evaluate("location.hash = '#/limit/../health'");

		assertThat(page.locator("body")).containsText("There is no such limit or key.");
		page.evaluate("location.hash = '#/limit/login'");
		assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2))).hasText("login");
		assertThat(requests).isNotEmpty().allSatisfy((url) -> assertThat(url).contains("/ratelimits"));
	}

	@Test
	void theKeyboardReachesEverything() {
		Page page = open("");
		assertThat(row(page, "chat")).isVisible();
		page.keyboard().press("Tab");
		assertThat(page.locator(":focus")).hasText("Skip to content");
		page.keyboard().press("Enter");
		assertThat(page.locator("main")).isFocused();
		page.keyboard().press("Tab");
		assertThat(page.getByRole(AriaRole.SEARCHBOX)).isFocused();
		page.keyboard().type("chat-t");
		assertThat(page.getByRole(AriaRole.REGION).first().getByRole(AriaRole.ROWHEADER)).hasCount(1);
		page.keyboard().press("Tab");
		page.keyboard().press("Tab");
		assertThat(page.locator(":focus")).hasText("Limit");
		for (int i = 0; i < 5; i++) {
			page.keyboard().press("Tab");
		}
		assertThat(page.locator(":focus")).hasText("chat-tokens");
		page.keyboard().press("Enter");
		assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2))).isFocused();
		assertThat(page).hasTitle("chat-tokens – Rate limits");
	}

	@Test
	void tablesAreSortedByTheColumnThatIsChosen() {
		Page page = open("");
		Locator names = page.getByRole(AriaRole.REGION).first().getByRole(AriaRole.ROWHEADER);
		assertThat(names.first()).hasText("address ");

		button(page, "Keys").click();

		assertThat(page.getByRole(AriaRole.COLUMNHEADER, new Page.GetByRoleOptions().setName("Keys")).first())
			.hasAttribute("aria-sort", "descending");
		assertThat(names.first()).hasText("login ");
	}

	@Test
	void aPausedPageAsksForNothing() {
		Page page = open("");
		assertThat(row(page, "chat")).isVisible();
		button(page, "Pause").click();
		assertThat(button(page, "Resume")).hasAttribute("aria-pressed", "true");
		page.waitForLoadState(LoadState.NETWORKIDLE);
		int asked = this.opened.requests().size();
		page.waitForTimeout(2500);
		assertThat(this.opened.requests()).hasSize(asked);
		button(page, "Resume").click();
		assertThat(button(page, "Pause")).isVisible();
	}

	@Test
	void textIsLegibleInBothColourSchemesAndFitsASmallScreen() {
		for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
			Page page = open("", scheme, 360);
			assertThat(row(page, "chat")).isVisible();
			for (String text : List.of(".muted", "th a", "td.number", ".chip.good", ".figures", "h3")) {
				assertThat((double) contrast(page, text)).as(text + " " + scheme).isGreaterThanOrEqualTo(4.5);
			}
			assertThat((Boolean) page.evaluate("document.documentElement.scrollWidth <= innerWidth")).isTrue();
			if (scheme == ColorScheme.LIGHT) {
				this.opened.close();
			}
		}
	}

	/** The contrast of WCAG between a text and what is behind it. */
	private static double contrast(Page page, String selector) {
		return ((Number) page.evaluate("""
				(selector) => {
					const luminance = (color) => {
						const [r, g, b] = color.match(/[\\d.]+/g).map(Number)
							.map((c) => c / 255).map((c) => (c <= 0.03928) ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
						return 0.2126 * r + 0.7152 * g + 0.0722 * b;
					};
					const element = [...document.querySelectorAll(selector)].find((one) => one.offsetParent);
					const text = luminance(getComputedStyle(element).color);
					let behind = element;
					while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') {
						behind = behind.parentElement;
					}
					const paper = luminance(getComputedStyle(behind).backgroundColor);
					return (Math.max(text, paper) + 0.05) / (Math.min(text, paper) + 0.05);
				}""", selector)).doubleValue();
	}

	@Test
	void theFirstPaintComesEarlyWithManyKeys() {
		int keys = Integer.getInteger("page.keys", 100_000);
		for (int i = 0; i < keys; i++) {
			readOnly.call("address", Key.of(Key.ADDRESS_KIND, "2001:db8::" + Integer.toHexString(i)), 1, 1);
		}
		this.opened = chromium.open(readOnly.address("local.management.port", "/ops/manage/ratelimits#/limit/address"),
				ColorScheme.LIGHT, 1220, 900);
		Page page = this.opened.page();
		assertThat(page.getByRole(AriaRole.REGION).getByRole(AriaRole.ROWHEADER)).hasCount(50);
		page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Next")).click();
		assertThat(page.getByRole(AriaRole.STATUS)).hasText("Page 2 of keys");
		Object paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
		Object complete = page.evaluate(
				"performance.getEntriesByType('resource').filter((one) => one.name.includes('size=50'))[0].responseEnd");
		System.out.printf("Page with %,d keys: first paint after %.0f ms, figures after %.0f ms%n", keys,
				((Number) paint).doubleValue(), ((Number) complete).doubleValue());
	}

	@Test
	void screenshotsForTheDocumentation() throws IOException {
		String directory = System.getProperty("page.screenshots");
		Path target = Files.createDirectories(Path.of((directory != null) ? directory : "target/screenshots"));
		try (PageApplication fresh = PageApplication.start("--management.endpoint.ratelimits.show-values=always",
				"--management.endpoint.ratelimits.access=unrestricted")) {
			fresh.fiveMinutesOfCalls();
			fresh.callProvider();
			for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
				this.opened = chromium.open(fresh.address("local.server.port", "/actuator/ratelimits"), scheme, 1180,
						820);
				Page page = this.opened.page();
				assertThat(row(page, "openai")).isVisible();
				Path file = target.resolve("page-" + scheme.name().toLowerCase(Locale.ROOT) + ".png");
				this.opened.screenshot(file);
				assertThat(file).isNotEmptyFile();
				if (scheme == ColorScheme.LIGHT) {
					page.navigate(page.url().replaceAll("#.*", "") + "#/limit/chat");
					assertThat(page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(2)))
						.hasText("chat ");
					page.screenshot(new Page.ScreenshotOptions().setPath(target.resolve("page-limit.png")));
					this.opened.close();
				}
			}
		}
	}

}
