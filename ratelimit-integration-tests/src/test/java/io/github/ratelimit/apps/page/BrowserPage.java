package io.github.ratelimit.apps.page;

import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A page in a browser, with what went wrong in it and what it asked for. */
record BrowserPage(Page page, List<String> problems, List<String> requests) implements AutoCloseable {

	BrowserPage(Page page) {
		this(page, new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
		page.onConsoleMessage((message) -> {
			if (List.of("error", "warning").contains(message.type())) {
				this.problems.add(message.text());
			}
		});
		page.onPageError(this.problems::add);
		page.onRequest((request) -> this.requests.add(request.method() + " " + request.url()));
	}

	void screenshot(Path file) {
		this.page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(true));
	}

	@Override
	public void close() {
		this.page.context().close();
	}

}
