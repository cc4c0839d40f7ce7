/* x */
#define CUDART_VERSION  11010
