#include <openssl/evp.h>

/// EVP_CTRL_AEAD_* are macros with casts in later releases; Swift sees these as numbers.
static const int assay_aead_get_tag = EVP_CTRL_AEAD_GET_TAG;
static const int assay_aead_set_tag = EVP_CTRL_AEAD_SET_TAG;
