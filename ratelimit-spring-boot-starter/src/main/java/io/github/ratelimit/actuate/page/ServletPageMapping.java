package io.github.ratelimit.actuate.page;

import io.github.ratelimit.actuate.page.RateLimitsPage.PageFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/**
 * Answers with the page in Spring MVC.
 */
public final class ServletPageMapping {

	/** Before the mapping of endpoints, which is at -100. */
	static final int ORDER = -110;

	static final String CSRF_TOKEN = "org.springframework.security.web.csrf.CsrfToken";

	private final RateLimitsPage page;

	private ServletPageMapping(RateLimitsPage page) {
		this.page = page;
	}

	/**
	 * Returns what maps the page and its files.
	 * @param page the page, null if there is none
	 * @return a mapping that leaves all other requests to others
	 */
	public static HandlerMapping of(@Nullable RateLimitsPage page) {
		if (page == null) {
			return new SimpleUrlHandlerMapping();
		}
		RouterFunctionMapping mapping = new RouterFunctionMapping(new ServletPageMapping(page).routes());
		mapping.setOrder(ORDER);
		return mapping;
	}

	private RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.GET(this.page.path(), (request) -> RateLimitsPage.isPreferred(request.headers().asHttpHeaders()),
					this::page)
			.GET(this.page.filePattern(), this::file)
			.build();
	}

	private ServerResponse page(ServerRequest request) throws IOException {
		return ServerResponse.ok()
			.headers(RateLimitsPage::setPageHeaders)
			.contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
			.body(this.page.html(request.attribute(CSRF_TOKEN).orElse(null)));
	}

	private ServerResponse file(ServerRequest request) {
		PageFile file = this.page.file(request.pathVariable("file"));
		if (file == null) {
			return ServerResponse.notFound().build();
		}
		return request.checkNotModified(file.tag())
			.orElseGet(() -> ServerResponse.ok()
				.headers(RateLimitsPage::setFileHeaders)
				.eTag(file.tag())
				.contentType(file.type())
				.body(file.content()));
	}

}
