package io.github.ratelimit.actuate.page;

import io.github.ratelimit.actuate.page.RateLimitsPage.PageFile;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.function.server.support.RouterFunctionMapping;
import reactor.core.publisher.Mono;

/**
 * Answers with the page in WebFlux.
 */
public final class ReactivePageMapping {

	private static final String CSRF_TOKEN = "org.springframework.security.web.server.csrf.CsrfToken";

	private final RateLimitsPage page;

	private ReactivePageMapping(RateLimitsPage page) {
		this.page = page;
	}

	/**
	 * Returns what maps the page and its files.
	 * @param page the page, null if there is none
	 * @return a mapping that leaves all other requests to others
	 */
	public static HandlerMapping of(@Nullable RateLimitsPage page) {
		RouterFunction<ServerResponse> routes = (page != null) ? new ReactivePageMapping(page).routes()
				: (request) -> Mono.empty();
		RouterFunctionMapping mapping = new RouterFunctionMapping(routes);
		mapping.setOrder(ServletPageMapping.ORDER);
		return mapping;
	}

	private RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.GET(this.page.path(), (request) -> RateLimitsPage.isPreferred(request.headers().asHttpHeaders()),
					this::page)
			.GET(this.page.filePattern(), this::file)
			.build();
	}

	private Mono<ServerResponse> page(ServerRequest request) {
		Object token = request.attribute(CSRF_TOKEN).orElse(null);
		return ((token instanceof Mono<?> later) ? later : Mono.empty()).map(this.page::html)
			.switchIfEmpty(Mono.fromSupplier(() -> this.page.html(null)))
			.flatMap((html) -> ServerResponse.ok()
				.headers(RateLimitsPage::setPageHeaders)
				.contentType(new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8))
				.bodyValue(html));
	}

	private Mono<ServerResponse> file(ServerRequest request) {
		PageFile file = this.page.file(request.pathVariable("file"));
		if (file == null) {
			return ServerResponse.notFound().build();
		}
		return request.checkNotModified(file.tag())
			.switchIfEmpty(ServerResponse.ok()
				.headers(RateLimitsPage::setFileHeaders)
				.eTag(file.tag())
				.contentType(file.type())
				.bodyValue(file.content()));
	}

}
