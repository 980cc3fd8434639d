package io.github.ratelimit.client.http;

import io.github.ratelimit.client.LimitedRequests;
import java.util.List;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestTemplate;

/**
 * A template that is limited whatever is set at it, also after it was built: by its
 * request factory, and by the last interceptor where Spring copies the requests in any
 * case, for interceptors or buffers. Not final, because Spring may have to proxy it.
 */
class LimitedRestTemplate extends RestTemplate {

	private final LimitedRequests requests;

	private final RateLimitClientInterceptor interceptor;

	LimitedRestTemplate(LimitedRequests requests) {
		this.requests = requests;
		this.interceptor = new RateLimitClientInterceptor(requests);
		super.setRequestFactory(new RateLimitRequestFactory(new SimpleClientHttpRequestFactory(), requests));
	}

	@Override
	public void setRequestFactory(ClientHttpRequestFactory requestFactory) {
		super.setRequestFactory(new RateLimitRequestFactory(requestFactory, this.requests));
	}

	/** Spring reads them before each request, so those added later are found as well. */
	@Override
	public List<ClientHttpRequestInterceptor> getInterceptors() {
		List<ClientHttpRequestInterceptor> interceptors = super.getInterceptors();
		synchronized (this.interceptor) {
			boolean copied = !interceptors.isEmpty() || getBufferingPredicate() != null;
			if (copied && (interceptors.isEmpty() || interceptors.get(interceptors.size() - 1) != this.interceptor)) {
				interceptors.remove(this.interceptor);
				interceptors.add(this.interceptor);
			}
		}
		return interceptors;
	}

}
